// The person's part with real ports, a pipe for the keyboard and a script for the browser.
#include "cli/oauth/live_approval.h"

#include <array>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace jungle::cli {
namespace {

constexpr Seconds kPatience{20};

class LiveApprovalTest : public ::testing::Test {
 protected:
  LiveApprovalTest() { EXPECT_EQ(0, ::pipe2(keyboard_.data(), O_CLOEXEC)); }
  ~LiveApprovalTest() override {
    approval_.reset();
    if (browser_.joinable()) browser_.join();
    hang_up();
    ::close(keyboard_[0]);
  }

  void open(BrowserUse browser, const std::string& redirect_uri = "") {
    auto opened = LiveApproval::open({console_, time_, environment_, keyboard_[0]}, redirect_uri, browser);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    approval_ = std::move(*opened);
  }
  Result<AuthorizationResponse> ask(Seconds limit = kPatience) {
    return approval_->ask(*http::Url::parse("https://as/authorize?state=s-1"), "s-1", limit);
  }
  void type(const std::string& text) {
    ASSERT_EQ(static_cast<ssize_t>(text.size()), ::write(keyboard_[1], text.data(), text.size()));
  }
  void hang_up() {
    if (keyboard_[1] >= 0) ::close(keyboard_[1]);
    keyboard_[1] = -1;
  }
  // A browser on a thread of its own, whose page ends up in page_.
  void browse(const std::string& query) {
    const auto url = http::Url::parse(approval_->redirect_uri());
    browser_ = std::thread([this, query, authority = url->authority(), port = url->port()] {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      ASSERT_EQ(0, ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
      const std::string request =
          "GET /oauth/callback?" + query + " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n\r\n";
      ASSERT_EQ(static_cast<ssize_t>(request.size()), ::write(fd, request.data(), request.size()));
      std::array<char, 4096> chunk{};
      for (ssize_t got = 0; (got = ::read(fd, chunk.data(), chunk.size())) > 0;)
        page_.append(chunk.data(), static_cast<std::size_t>(got));
      ::close(fd);
    });
  }

  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{out_, err_, StreamKind::kPipe, StreamKind::kPipe};
  RealTime time_;
  app::Environment environment_{{"BROWSER", "/nonexistent/browser"}};
  std::array<int, 2> keyboard_{};
  std::unique_ptr<Approval> approval_;
  std::thread browser_;
  std::string page_;
};

TEST_F(LiveApprovalTest, HearsTheBrowserAndTellsItTheEnd) {
  open(BrowserUse::kOpen);
  browse("code=c&state=s-1");
  const auto response = ask();
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ("c", response->code.reveal());
  approval_->conclude("todoist", Result<void>());
  browser_.join();
  EXPECT_NE(std::string::npos, page_.find("Authorization successful"));
  EXPECT_EQ("Open this URL in your browser to continue OAuth authorization:\nhttps://as/authorize?state=s-1\n",
            out_.str());
}

TEST_F(LiveApprovalTest, SaysWhenNoBrowserStarts) {
  open(BrowserUse::kOpen);
  browse("code=c&state=s-1");
  EXPECT_TRUE(ask().has_value());
  approval_->conclude("todoist", Result<void>());
  EXPECT_NE(std::string::npos, err_.str().find("warning: no browser could be started (/nonexistent/browser: "));
}

TEST_F(LiveApprovalTest, TellsTheBrowserThatItFailed) {
  open(BrowserUse::kOpen);
  browse("code=c&state=s-1");
  EXPECT_TRUE(ask().has_value());
  approval_->conclude("todoist", Error{ErrorCode::kUnavailable, "the token endpoint is down", {}});
  browser_.join();
  EXPECT_NE(std::string::npos, page_.find("the token endpoint is down"));
}

TEST_F(LiveApprovalTest, TakesAnAnswerThatIsPasted) {
  open(BrowserUse::kPaste);
  type("nonsense here\nhttp://127.0.0.1:1/oauth/callback?code=x&state=other\n" + approval_->redirect_uri() +
       "?code=c&state=s-1&iss=https://as\n");
  const auto response = ask();
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ((AuthorizationResponse{Secret("c"), "s-1", "https://as", "", ""}), *response);
  EXPECT_NE(std::string::npos, err_.str().find("that is neither the URL that the browser ended on nor the code"));
  EXPECT_NE(std::string::npos, err_.str().find("that answer belongs to another authorization"));
  approval_->conclude("todoist", Result<void>());
}

TEST_F(LiveApprovalTest, GivesACodeThatIsPastedAloneItsState) {
  open(BrowserUse::kPaste);
  type("c0de");
  hang_up();
  const auto response = ask();
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ((AuthorizationResponse{Secret("c0de"), "s-1", "", "", ""}), *response);
}

TEST_F(LiveApprovalTest, HearsABrowserAlsoWhenAnAnswerMayBePasted) {
  open(BrowserUse::kPaste);
  browse("code=c&state=s-1");
  EXPECT_TRUE(ask().has_value());
  approval_->conclude("todoist", Result<void>());
  browser_.join();
  EXPECT_NE(std::string::npos, page_.find("Authorization successful"));
}

TEST_F(LiveApprovalTest, EndsWithItsInput) {
  open(BrowserUse::kPaste);
  hang_up();
  const auto response = ask();
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(ErrorCode::kCancelled, response.error().code);
}

TEST_F(LiveApprovalTest, GivesUpAfterItsTime) {
  open(BrowserUse::kOpen);
  const auto response = ask(Seconds(0));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, response.error().code);
  EXPECT_EQ(0U, response.error().message.find("failed waiting for OAuth callback: context deadline exceeded"));
}

TEST_F(LiveApprovalTest, TakesAnAnswerForARedirectUriElsewhereByPasteOnly) {
  open(BrowserUse::kPaste, "https://gw.example/oauth/callback");
  EXPECT_EQ("https://gw.example/oauth/callback", approval_->redirect_uri());
  type("?code=c&state=s-1\n");
  EXPECT_TRUE(ask().has_value());
  approval_->conclude("todoist", Result<void>());
  const auto refused =
      LiveApproval::open({console_, time_, environment_, keyboard_[0]}, "https://gw.example/cb", BrowserUse::kOpen);
  EXPECT_EQ(ErrorCode::kInvalidArgument, refused.error().code);
}

TEST_F(LiveApprovalTest, SaysThatItsPortIsTaken) {
  open(BrowserUse::kOpen);
  const auto second =
      LiveApproval::open({console_, time_, environment_, keyboard_[0]}, approval_->redirect_uri(), BrowserUse::kOpen);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(0U, second.error().message.find("failed to start local OAuth callback server: "));
}

}  // namespace
}  // namespace jungle::cli
