#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "base/testing/coro_test.h"
#include "catalog/testing/memory_repository.h"
#include "catalog/testing/samples.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::catalog {
namespace {

using testing::discovery_of_tools;
using testing::http_spec;
using testing::small_discovery;
using testing::stdio_spec;
using testing::tool_json;

using Names = std::vector<std::string>;

// A repository whose writes wait until the test lets them go on.
class SlowRepository final : public CatalogRepository {
 public:
  SlowRepository(Executor executor, CatalogRepository& inner) : inner_(inner), open_(executor) {}
  void let_go() {
    is_open_ = true;
    open_.notify_all();
  }
  int waiting() const { return waiting_; }

  Task<Result<Loaded>> load() override { co_return co_await inner_.load(); }
  Task<Result<ServerEntry>> insert(ServerEntry server) override {
    ++waiting_;
    while (!is_open_)
      co_await open_.wait();
    --waiting_;
    co_return co_await inner_.insert(std::move(server));
  }
  Task<Result<ServerEntry>> replace(ServerEntry server) override {
    co_return co_await inner_.replace(std::move(server));
  }
  Task<Result<void>> remove(ServerName name) override { co_return co_await inner_.remove(std::move(name)); }
  Task<Result<std::string>> store_flags(FlagChange change) override {
    co_return co_await inner_.store_flags(std::move(change));
  }
  Task<Result<void>> ping() override { co_return co_await inner_.ping(); }

 private:
  CatalogRepository& inner_;
  Signal open_;
  bool is_open_ = false;
  int waiting_ = 0;
};

class CatalogTest : public jungle::testing::CoroTest {
 protected:
  template <typename T>
  T wait(Task<T> task) {
    std::optional<T> value;
    auto store = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      T got = co_await std::move(inner);
      out.emplace(std::move(got));
    };
    run(store(std::move(task), value));
    return std::move(value.value());
  }

  std::shared_ptr<const Snapshot> now() const { return catalog_.published().load(); }
  Names exposed_tools() const {
    Names names;
    for (const auto& server : now()->servers()) {
      for (const ToolEntry& tool : server->tools) {
        if (now()->all().find_tool(tool.exposed_name) != nullptr) names.push_back(tool.exposed_name);
      }
    }
    return names;
  }
  void add(const std::string& name, Discovery discovery = small_discovery()) {
    ASSERT_TRUE(wait(catalog_.add(http_spec(name), std::move(discovery))).has_value());
  }

  testing::MemoryRepository repository_;
  telemetry::testing::RecordingLog log_;
  Catalog catalog_{context_.get_executor(), repository_, log_};
};

TEST_F(CatalogTest, PublishesWhatWasAdded) {
  const auto entry = wait(catalog_.add(http_spec("up"), small_discovery()));
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(*entry, now()->find_server("up"));
  EXPECT_EQ((Names{"up__echo", "up__add"}), exposed_tools());
  EXPECT_EQ(entry->get(), (*entry)->tools[0].server);
  EXPECT_NE(0, (*entry)->id);
  EXPECT_EQ(1u, repository_.rows().size());
}

TEST_F(CatalogTest, GenerationsGrowAndTheListenerHears) {
  std::vector<std::uint64_t> heard;
  catalog_.on_change([&](const auto& snapshot) { heard.push_back(snapshot->generation()); });
  ASSERT_TRUE(wait(catalog_.load()).has_value());
  add("a");
  add("b");
  EXPECT_EQ((std::vector<std::uint64_t>{1, 2, 3}), heard);
}

TEST_F(CatalogTest, RefusesASecondServerOfOneName) {
  add("up");
  const auto second = wait(catalog_.add(http_spec("up"), Discovery()));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(ErrorCode::kConflict, second.error().code);
  EXPECT_NE(std::string::npos, second.error().message.find("already exists"));
  EXPECT_NE(std::string::npos, second.error().message.find("UNIQUE"));
  EXPECT_EQ(2u, exposed_tools().size());
}

TEST_F(CatalogTest, ADatabaseThatKnowsTheNameIsAConflictToo) {
  ServerEntry other;
  other.spec = http_spec("up");
  repository_.put(other);  // Another program wrote it after we loaded.
  const auto added = wait(catalog_.add(http_spec("up"), Discovery()));
  ASSERT_FALSE(added.has_value());
  EXPECT_NE(std::string::npos, added.error().message.find("already exists"));
}

TEST_F(CatalogTest, ValidatesBeforeItStores) {
  EXPECT_EQ(ErrorCode::kInvalidArgument, wait(catalog_.add(http_spec("a__b"), Discovery())).error().code);
  EXPECT_EQ(ErrorCode::kInvalidArgument, wait(catalog_.replace(http_spec(""), Discovery())).error().code);
  EXPECT_TRUE(repository_.rows().empty());
}

TEST_F(CatalogTest, WhatCannotBeStoredIsNotPublished) {
  add("up");
  const auto before = now();
  for (const bool adding : {true, false}) {
    repository_.fail_next(Error{ErrorCode::kUnavailable, "the disk is full", {}});
    const auto failed = adding ? wait(catalog_.add(http_spec("two"), small_discovery()))
                               : wait(catalog_.replace(http_spec("up"), Discovery()));
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ("the disk is full", failed.error().message);
  }
  repository_.fail_next(Error{ErrorCode::kUnavailable, "the disk is full", {}});
  EXPECT_FALSE(wait(catalog_.remove(ServerName("up"))).has_value());
  repository_.fail_next(Error{ErrorCode::kUnavailable, "the disk is full", {}});
  EXPECT_FALSE(wait(catalog_.set_server_enabled(ServerName("up"), false)).has_value());
  EXPECT_EQ(before, now());
  EXPECT_TRUE(wait(catalog_.set_server_enabled(ServerName("up"), false)).has_value()) << "the next one works";
}

TEST_F(CatalogTest, FlagsSurviveReplacing) {
  add("up", discovery_of_tools({"a", "b", "c"}));
  ASSERT_TRUE(wait(catalog_.set_tools_enabled("up__b", false)).has_value());
  const auto id = now()->find_server("up")->tools[1].id;
  Discovery next = discovery_of_tools({"new", "b", "a"});
  ASSERT_TRUE(wait(catalog_.replace(stdio_spec("up"), next)).has_value());
  EXPECT_EQ((Names{"up__new", "up__a"}), exposed_tools());
  EXPECT_EQ(id, now()->find_server("up")->tools[1].id);
  EXPECT_EQ(Transport::kStdio, now()->find_server("up")->spec.transport);
}

TEST_F(CatalogTest, RefreshingKeepsFlagsAndNeverBringsAServerBack) {
  add("up", discovery_of_tools({"a", "b"}));
  ASSERT_TRUE(wait(catalog_.set_tools_enabled("up__b", false)).has_value());
  const auto known = now()->find_server("up");
  ASSERT_TRUE(wait(catalog_.refresh(known, discovery_of_tools({"b", "c"}))).has_value());
  EXPECT_EQ(Names{"up__c"}, exposed_tools());
  // A server that was asked meanwhile may have been replaced or removed.
  ASSERT_TRUE(wait(catalog_.replace(stdio_spec("up"), discovery_of_tools({"d"}))).has_value());
  EXPECT_EQ(ErrorCode::kNotFound, wait(catalog_.refresh(known, small_discovery())).error().code);
  EXPECT_EQ(Names{"up__d"}, exposed_tools());
  ASSERT_TRUE(wait(catalog_.remove(ServerName("up"))).has_value());
  EXPECT_EQ(ErrorCode::kNotFound, wait(catalog_.refresh(known, small_discovery())).error().code);
  EXPECT_TRUE(now()->servers().empty());
}

TEST_F(CatalogTest, RefreshingWhatHasNotChangedPublishesNothing) {
  add("up", small_discovery());
  ASSERT_TRUE(wait(catalog_.set_tools_enabled("up__echo", false)).has_value());
  const auto before = now();
  const auto same = wait(catalog_.refresh(before->find_server("up"), small_discovery()));
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(before, now());
  EXPECT_EQ(before->find_server("up"), *same);
  auto other = small_discovery();
  other.instructions = "Be quick.";
  ASSERT_TRUE(wait(catalog_.refresh(before->find_server("up"), std::move(other))).has_value());
  EXPECT_NE(before, now());
}

TEST_F(CatalogTest, ReplacingAddsWhatIsNotThere) {
  EXPECT_TRUE(wait(catalog_.replace(http_spec("up"), small_discovery())).has_value());
  EXPECT_EQ(2u, exposed_tools().size());
}

TEST_F(CatalogTest, ReplacingKeepsTheServersPlace) {
  add("a");
  add("b");
  ASSERT_TRUE(wait(catalog_.replace(http_spec("a"), Discovery())).has_value());
  EXPECT_EQ("a", now()->servers()[0]->spec.name.str());
}

TEST_F(CatalogTest, Removes) {
  add("a");
  add("b");
  EXPECT_TRUE(wait(catalog_.remove(ServerName("a"))).has_value());
  EXPECT_EQ((Names{"b__echo", "b__add"}), exposed_tools());
  EXPECT_EQ(1u, repository_.rows().size());
  const auto again = wait(catalog_.remove(ServerName("a")));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(ErrorCode::kNotFound, again.error().code);
  EXPECT_EQ("MCP server a not found: not found", again.error().message);
}

TEST_F(CatalogTest, AServerTakesEverythingWithIt) {
  add("up");
  ASSERT_TRUE(wait(catalog_.set_tools_enabled("up__echo", false)).has_value());
  const auto changed = wait(catalog_.set_server_enabled(ServerName("up"), false));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ((Names{"up__add"}), changed->tools);
  EXPECT_EQ((Names{"up__greet"}), changed->prompts);
  EXPECT_FALSE(now()->find_server("up")->enabled);
  EXPECT_EQ("[]", *now()->all().tools()[0]);
  EXPECT_EQ("[]", *now()->all().resources()[0]);
  EXPECT_EQ("[]", *now()->all().resource_templates()[0]);
  const auto back = wait(catalog_.set_server_enabled(ServerName("up"), true));
  EXPECT_EQ((Names{"up__echo", "up__add"}), back->tools);
  EXPECT_FALSE(repository_.rows()[0].tools.empty());
  EXPECT_TRUE(repository_.rows()[0].tools[0].enabled);
}

TEST_F(CatalogTest, OneToolIsAlwaysNamed) {
  add("up");
  EXPECT_EQ((Names{"up__echo"}), wait(catalog_.set_tools_enabled("up__echo", false)).value());
  const auto generation = now()->generation();
  EXPECT_EQ((Names{"up__echo"}), wait(catalog_.set_tools_enabled("up__echo", false)).value());
  EXPECT_EQ(generation, now()->generation()) << "nothing changed, nobody is told";
  EXPECT_TRUE(now()->find_server("up")->enabled);
}

TEST_F(CatalogTest, ToolsOfAServerAreNamedIfTheyChanged) {
  add("up");
  ASSERT_TRUE(wait(catalog_.set_tools_enabled("up__echo", false)).has_value());
  EXPECT_EQ((Names{"up__add"}), wait(catalog_.set_tools_enabled("up", false)).value());
  EXPECT_EQ(Names(), wait(catalog_.set_tools_enabled("up", false)).value());
  EXPECT_EQ((Names{"up__greet"}), wait(catalog_.set_prompts_enabled("up", false)).value());
}

TEST_F(CatalogTest, NamesWhatIsNotThere) {
  add("up");
  EXPECT_EQ("tool up__zzz not found: not found", wait(catalog_.set_tools_enabled("up__zzz", true)).error().message);
  EXPECT_EQ("prompt up__zz not found: not found", wait(catalog_.set_prompts_enabled("up__zz", true)).error().message);
  EXPECT_EQ("failed to get MCP server zzz: MCP server zzz not found: not found",
            wait(catalog_.set_tools_enabled("zzz", true)).error().message);
  EXPECT_EQ("MCP server zz not found: not found",
            wait(catalog_.set_server_enabled(ServerName("zz"), true)).error().message);
}

TEST_F(CatalogTest, LoadsWhatIsStored) {
  ServerEntry row;
  row.spec = http_spec("up");
  row.tools.resize(1);
  row.tools[0].definition = tool_json("echo");
  repository_.put(row);
  ASSERT_TRUE(wait(catalog_.load()).has_value());
  EXPECT_EQ((Names{"up__echo"}), exposed_tools());
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(CatalogTest, SkipsBadRowsWithAWarning) {
  ServerEntry row;
  row.spec = http_spec("up");
  row.tools.resize(2);
  row.tools[0].definition = "nonsense";
  row.tools[1].definition = tool_json("echo");
  ServerEntry bad = row;
  bad.spec.name = ServerName("up__x");
  ServerEntry odd = row;
  odd.spec = http_spec("odd");
  odd.spec.url = "ftp://x";
  for (const ServerEntry& server : {bad, row, odd})
    repository_.put(server);
  ASSERT_TRUE(wait(catalog_.load()).has_value());
  EXPECT_EQ((Names{"up__echo", "odd__echo"}), exposed_tools());
  EXPECT_TRUE(log_.contains("an entry of the database was skipped server=up why=a tool without a usable name"));
  EXPECT_TRUE(log_.contains("a server of the database was skipped server=up__x"));
  EXPECT_TRUE(log_.contains("stored settings break a rule; register the server again server=odd"));
}

TEST_F(CatalogTest, FailsToLoadWhenTheDatabaseDoes) {
  repository_.fail_next(Error{ErrorCode::kUnavailable, "no file", {}});
  EXPECT_EQ("no file", wait(catalog_.load()).error().message);
}

class CatalogOrderTest : public CatalogTest {
 protected:
  Task<void> add_and_note(std::string name, std::string note) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto added = co_await slow_catalog_.add(http_spec(name), Discovery());
    outcomes_.push_back(note + (added                                         ? " ok"
                                : added.error().code == ErrorCode::kCancelled ? " cancelled"
                                                                              : " failed"));
  }

  SlowRepository slow_{context_.get_executor(), repository_};
  Catalog slow_catalog_{context_.get_executor(), slow_, log_};
  Names outcomes_;
};

TEST_F(CatalogOrderTest, MakesOneChangeAtATimeInTheOrderOfAsking) {
  const auto ignore = [](std::exception_ptr) {};
  asio::co_spawn(context_, add_and_note("a", "first"), ignore);
  asio::co_spawn(context_, add_and_note("a", "second"), ignore);
  asio::co_spawn(context_, add_and_note("b", "third"), ignore);
  time_.run_ready();
  EXPECT_EQ(1, slow_.waiting());
  EXPECT_TRUE(outcomes_.empty());
  slow_.let_go();
  time_.run_ready();
  EXPECT_EQ((Names{"first ok", "second failed", "third ok"}), outcomes_);
  EXPECT_EQ(2u, slow_catalog_.published().load()->servers().size());
}

TEST_F(CatalogOrderTest, AChangeThatIsCancelledWhileItWaitsIsNotMade) {
  asio::cancellation_signal running;
  asio::cancellation_signal waiting;
  const auto ignore = [](std::exception_ptr) {};
  asio::co_spawn(context_, add_and_note("a", "first"), asio::bind_cancellation_slot(running.slot(), ignore));
  asio::co_spawn(context_, add_and_note("b", "second"), asio::bind_cancellation_slot(waiting.slot(), ignore));
  asio::co_spawn(context_, add_and_note("c", "third"), ignore);
  time_.run_ready();
  waiting.emit(asio::cancellation_type::terminal);
  time_.run_ready();
  slow_.let_go();
  time_.run_ready();
  EXPECT_EQ((Names{"second cancelled", "first ok", "third ok"}), outcomes_);
  EXPECT_EQ(nullptr, slow_catalog_.published().load()->find_server("b"));
}

}  // namespace
}  // namespace jungle::catalog
