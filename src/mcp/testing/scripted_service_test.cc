#include "mcp/testing/scripted_service.h"

#include "base/task_group.h"
#include "base/testing/coro_test.h"
#include "mcp/json_reader.h"

namespace jungle::mcp::testing {
namespace {

class ScriptedServiceTest : public jungle::testing::CoroTest {
 protected:
  static Request request(std::string_view method) {
    Request made;
    made.id = "1";
    made.method = parse_method(method);
    made.method_name = method;
    return made;
  }

  // What became of a call, as one word: the payload, or the message of the failure.
  Task<std::string> call(std::string_view method) {
    auto asked = request(method);
    const CallContext context;
    NoEvents events;
    auto answer = co_await service_.handle(std::move(asked), context, events);
    if (!answer) co_return answer.error().message;
    co_return std::string(answer->payload());
  }

  Task<void> keep(std::string& answer) { answer = co_await call("ping"); }

  ScriptedService service_{context_.get_executor()};
};

CORO_TEST_F(ScriptedServiceTest, AnswersInOrderAndRepeatsTheLast) {
  service_.reply("ping", "{\"a\":1}");
  service_.reply("ping", "{\"a\":2}");
  const std::string first = co_await call("ping");
  const std::string second = co_await call("ping");
  const std::string third = co_await call("ping");
  EXPECT_EQ(R"({"a":1})", first);
  EXPECT_EQ(R"({"a":2})", second);
  EXPECT_EQ(second, third);
  EXPECT_EQ((std::vector<std::string>{"ping", "ping", "ping"}), service_.methods_seen());
}

CORO_TEST_F(ScriptedServiceTest, NamesAMethodThatTheScriptDoesNotKnow) {
  const std::string answer = co_await call("tools/list");
  EXPECT_EQ("the script has no answer to tools/list", answer);
}

TEST_F(ScriptedServiceTest, HoldsCallsUntilTheyAreReleased) {
  service_.reply("ping", "{}");
  service_.hold();
  TaskGroup group(context_.get_executor(), nullptr);
  std::string answer;
  group.spawn(keep(answer));
  time_.run_ready();
  EXPECT_EQ(1U, service_.waiting());
  EXPECT_EQ("", answer);
  service_.release();
  time_.run_ready();
  EXPECT_EQ("{}", answer);
  EXPECT_EQ(0U, service_.cancelled());
}

}  // namespace
}  // namespace jungle::mcp::testing
