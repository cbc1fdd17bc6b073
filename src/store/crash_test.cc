// A process that is killed at any moment of a registration leaves all of it, or none.
#include <csignal>
#include <sched.h>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalog/admission.h"
#include "catalog/testing/samples.h"
#include "store/sql_catalog_repository.h"
#include "store/testing/store_test.h"

namespace jungle::store {
namespace {

using catalog::Discovery;
using catalog::ServerEntry;
using catalog::testing::http_spec;

constexpr int kRounds = 25;
constexpr int kServers = 3;
constexpr int kOldTools = 4;
constexpr int kNewTools = 7;

// Every server has all tools of one generation, each with the other kinds.
Discovery generation(const std::string& prefix, int count) {
  Discovery discovery;
  for (int i = 0; i < count; ++i) {
    const std::string name = prefix + std::to_string(i);
    discovery.tools.push_back(catalog::testing::tool_json(name));
    discovery.prompts.push_back(catalog::testing::prompt_json(name));
    discovery.resources.push_back(catalog::testing::resource_json(name, "x:" + name));
    discovery.resource_templates.push_back(catalog::testing::template_json(name, "x:{a}" + name));
  }
  return discovery;
}

class CrashTest : public testing::StoreTest {
 protected:
  // Registers, replaces and removes for ever, telling `progress` after each step.
  [[noreturn]] void register_for_ever(int progress) {
    open();
    SqlCatalogRepository repository(*database_, unlock(), time_);
    for (;;) {
      for (int i = 0; i < kServers; ++i) {
        const auto spec = http_spec("s" + std::to_string(i));
        (void)wait(repository.insert(catalog::admit(spec, generation("old", kOldTools))));
        tell(progress);
        (void)wait(repository.replace(catalog::admit(spec, generation("new", kNewTools))));
        tell(progress);
        (void)wait(repository.remove(spec.name));
        tell(progress);
      }
    }
  }
  static void tell(int fd) {
    const char step = '.';
    if (::write(fd, &step, 1) != 1) ::_exit(1);
  }

  // Starts such a process, kills it after `steps` steps and a moment, and waits for its end.
  void run_and_kill(int steps, int moment) {
    database_.reset();
    int pipe[2];
    ASSERT_EQ(0, ::pipe(pipe));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      register_for_ever(pipe[1]);
    }
    ::close(pipe[1]);
    char step = 0;
    for (int i = 0; i < steps; ++i)
      ASSERT_EQ(1, ::read(pipe[0], &step, 1)) << "the child ended by itself";
    for (int i = 0; i < moment; ++i)
      ::sched_yield();
    ASSERT_EQ(0, ::kill(child, SIGKILL));
    int status = 0;
    ASSERT_EQ(child, ::waitpid(child, &status, 0));
    EXPECT_TRUE(WIFSIGNALED(status));
    ::close(pipe[0]);
  }

  static bool is_whole(const ServerEntry& server) {
    const std::size_t count = server.tools.size();
    if (count != kOldTools && count != kNewTools) return false;
    if (server.prompts.size() != count || server.resources.size() != count) return false;
    if (server.resource_templates.size() != count) return false;
    const std::string prefix = count == kOldTools ? R"({"name":"old)" : R"({"name":"new)";
    for (const auto& tool : server.tools) {
      if (!tool.definition.starts_with(prefix)) return false;
    }
    return true;
  }
};

TEST_F(CrashTest, AKilledProcessLeavesAllOfARegistrationOrNothing) {
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    run_and_kill(round % 4, round * 37 % 101 * 10);
    open();
    SqlCatalogRepository repository(*database_, unlock(), time_);
    const auto loaded = wait(repository.load());
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(std::vector<std::string>(), loaded->warnings);
    EXPECT_LE(loaded->servers.size(), 1u);
    for (const ServerEntry& server : loaded->servers) {
      EXPECT_TRUE(is_whole(server)) << server.tools.size() << " tools";
      ASSERT_TRUE(wait(repository.remove(server.spec.name)).has_value()) << "and it can be changed";
    }
    EXPECT_EQ("ok", query("PRAGMA integrity_check"));
    EXPECT_EQ("0", query("SELECT (SELECT COUNT(*) FROM tools) + (SELECT COUNT(*) FROM prompts)"));
  }
}

}  // namespace
}  // namespace jungle::store
