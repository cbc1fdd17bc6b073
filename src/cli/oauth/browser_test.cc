#include "cli/oauth/browser.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jungle::cli {
namespace {

http::Url url_of(const std::string& text) { return *http::Url::parse(text); }

std::vector<ProgramWords> programs_for(const std::string& browser, const std::string& url = "https://as/?a=1&b=2") {
  return browser_programs(url_of(url), {{"BROWSER", browser}});
}

using Programs = std::vector<ProgramWords>;

TEST(BrowserTest, StartsTheDesktopsBrowserWithoutAWish) {
  const Programs usual{{"xdg-open", "https://as/x"}, {"open", "https://as/x"}};
  EXPECT_EQ(usual, browser_programs(url_of("https://as/x"), {}));
  EXPECT_EQ(usual, browser_programs(url_of("https://as/x"), {{"BROWSER", ""}}));
  EXPECT_EQ(usual, browser_programs(url_of("https://as/x"), {{"BROWSER", " : "}}));
}

TEST(BrowserTest, HonoursTheWordsOfBrowser) {
  EXPECT_EQ((Programs{{"firefox", "https://as/?a=1&b=2"}}), programs_for("firefox"));
  EXPECT_EQ((Programs{{"w", "--new-window", "https://as/?a=1&b=2"}, {"lynx", "https://as/?a=1&b=2"}}),
            programs_for("w  --new-window:lynx"));
  EXPECT_EQ((Programs{{"chrome", "--app=https://as/?a=1&b=2", "--x=100%"}}), programs_for("chrome --app=%s --x=100%%"));
}

TEST(BrowserTest, KeepsTheUrlOneWordWhateverItHolds) {
  const std::string url = "https://as/a;b$(id)'`?x=%20%73&y=|!*~[1]";
  ASSERT_TRUE(http::Url::parse("https://as/a;b$(id)'?x=%20%73&y=!*~[1]").has_value());
  EXPECT_FALSE(http::Url::parse(url).has_value()) << "a backtick and a pipe belong in no URL";
  const std::string odd = "https://as/a;b$(id)'?x=%20%73&y=!*~[1]";
  EXPECT_EQ((Programs{{"b", odd}}), programs_for("b", odd));
  EXPECT_EQ((Programs{{"b", "-u", odd}}), programs_for("b -u %s", odd)) << "%73 in the URL is not a wish";
}

// A program in a folder of its own that writes its arguments, one per line, and whether fd 9 is open, to `out`.
class BrowserStartTest : public ::testing::Test {
 protected:
  BrowserStartTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jungle-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~BrowserStartTest() override {
    for (int status = 0; ::waitpid(-1, &status, 0) > 0;) {
    }
    std::filesystem::remove_all(folder_);
  }

  std::string script(const std::string& body) {
    const std::filesystem::path path = folder_ / "browser";
    std::ofstream(path) << "#!/bin/sh\n" << body;
    ::chmod(path.c_str(), 0700);
    return path.string();
  }
  // What the program wrote, once it has ended.
  std::string written() {
    int status = 0;
    EXPECT_LT(0, ::waitpid(-1, &status, 0));
    std::stringstream text;
    text << std::ifstream(folder_ / "out").rdbuf();
    return text.str();
  }
  app::Environment environment() const {
    return {{"PATH", "/usr/bin:/bin"}, {"OUT", (folder_ / "out").string()}, {"MARK", "a=b c"}};
  }

  std::filesystem::path folder_;
};

TEST_F(BrowserStartTest, HandsOverWordsAndEnvironmentUntouched) {
  const std::string program = script("printf '%s\\n' \"$@\" \"$MARK\" >\"$OUT\"\n");
  ASSERT_TRUE(start_first({{program, "-x y", "https://as/$(id)?a&b"}}, environment()).has_value());
  EXPECT_EQ("-x y\nhttps://as/$(id)?a&b\na=b c\n", written());
}

TEST_F(BrowserStartTest, LeavesItNoneOfOurDescriptorsAndStreams) {
  const int leak = ::open("/dev/null", O_RDONLY);  // Without O_CLOEXEC, as a library's may be.
  const int seen = ::dup2(leak, 9);
  const std::string program =
      script("readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 /proc/$$/fd/9 | cat >\"$OUT\"\n");
  ASSERT_TRUE(start_first({{program}}, environment()).has_value());
  EXPECT_EQ("/dev/null\n/dev/null\n/dev/null\n", written());
  ::close(leak);
  ::close(seen);
}

TEST_F(BrowserStartTest, GivesItASessionOfItsOwn) {
  const std::string program =
      script("ps -o sid= -p $$ 2>/dev/null >\"$OUT\" || cut -d' ' -f6 /proc/$$/stat >\"$OUT\"\n");
  ASSERT_TRUE(start_first({{program}}, environment()).has_value());
  const std::string session = written();
  EXPECT_NE("", session);
  EXPECT_NE(std::to_string(::getsid(0)), session.substr(session.find_first_not_of(' ')).substr(0, session.find('\n')));
}

TEST_F(BrowserStartTest, TriesTheNextOneAndSaysWhatItTried) {
  const std::string program = script("echo here >\"$OUT\"\n");
  ASSERT_TRUE(start_first({{"/nonexistent/browser"}, {program}}, environment()).has_value());
  EXPECT_EQ("here\n", written());
  const auto none = start_first({{"/nonexistent/browser", "u"}, {"/dev/null", "u"}}, environment());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, none.error().code);
  EXPECT_EQ(
      "no browser could be started (/nonexistent/browser: No such file or directory, "
      "/dev/null: Permission denied)",
      none.error().message);
}

}  // namespace
}  // namespace jungle::cli
