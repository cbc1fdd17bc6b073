#include "upstream/relister.h"

#include <string>
#include <utility>
#include <vector>

#include "mcp/json_reader.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using testing::error;
using ::testing::HasSubstr;
using testing::kText;
using testing::result;
using testing::SeenRequest;

// A modern server that wants `Mcp-Param-Region`, and a catalog that does not know it yet.
class RelisterTest : public testing::HttpUpstreamTest {
 protected:
  using Listed = Result<std::shared_ptr<const catalog::ServerEntry>>;

  void want_region() {
    be_modern();
    answer("tools/call", [](const SeenRequest& r) {
      if (r.header("mcp-param-region") != "eu") return error(r, -32020, 400);
      return result(r, R"("resultType":"complete",)" + kText);
    });
  }
  // What listing the server anew leads to.
  void list_as(Listed listed) {
    upstreams_->use([this, listed = std::move(listed)](catalog::ServerName server) {
      listed_.push_back(server.str());
      return give(listed);
    });
  }
  static Task<Listed> give(Listed listed) { co_return listed; }
  static Listed entry(const std::string& tool, mcp::ParamHeaders headers) {
    auto server = std::make_shared<catalog::ServerEntry>();
    server->tools.resize(1);
    server->tools[0].own_name = tool;
    server->tools[0].param_headers = std::move(headers);
    return std::shared_ptr<const catalog::ServerEntry>(std::move(server));
  }
  Task<std::string> call_region() { return call(server_, "t", R"({"region":"eu"})"); }
  Task<void> call_region_into(std::string* out) { *out = co_await call_region(); }

  const mcp::ParamHeaders region_{{"Region", {"region"}}};
  const catalog::ServerEntry server_ = http_server(imposter_.url());
  std::vector<std::string> listed_;
};

CORO_TEST_F(RelisterTest, SendsTheCallAgainWithTheHeadersThatTheServerNowLists) {
  want_region();
  list_as(entry("t", region_));
  const std::string text = co_await call_region();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("tools/call"));
  EXPECT_EQ(std::vector<std::string>{"web"}, listed_);
}

CORO_TEST_F(RelisterTest, ListsOnceForCallsAtTheSameTime) {
  want_region();
  list_as(entry("t", region_));
  std::string texts[3];
  for (std::string& text : texts)
    spawn(call_region_into(&text));
  co_await join();
  EXPECT_EQ(1u, listed_.size());
  for (const std::string& text : texts)
    EXPECT_EQ("ok", text);
}

CORO_TEST_F(RelisterTest, DoesNotRepeatTheCallIfNothingNewIsListed) {
  want_region();
  list_as(entry("t", {}));
  const mcp::ParamHeaders none;
  mcp::Request request;
  request.method = mcp::Method::kToolsCall;
  request.method_name = "tools/call";
  request.params = mcp::read_params(R"({"name":"t","arguments":{"region":"eu"}})").value();
  request.param_headers = &none;
  auto answered = co_await directory_->service_of(server_).handle(std::move(request), context_of_call_, sink_);
  EXPECT_THAT(testing::text_of_result(answered), HasSubstr("error: server 'web' refused the HTTP headers of the call"));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, DoesNotListAgainSoonWhateverTheServerAnswers) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32020, 400); });
  list_as(entry("t", region_));
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call_region();
    EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
  }
  EXPECT_EQ(1u, listed_.size());
  EXPECT_EQ(6u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, GivesTheServersRefusalIfItCannotBeListed) {
  want_region();
  list_as(Error{ErrorCode::kUnavailable, "down", {}});
  const std::string text = co_await call_region();
  EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, HasNobodyToAskWithoutAnApplication) {
  want_region();
  const std::string text = co_await call_region();
  EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
}

}  // namespace
}  // namespace jungle::upstream
