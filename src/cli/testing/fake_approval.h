// A person whom a test plays.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/oauth/approval.h"

namespace jungle::cli::testing {

// Makes approvals that answer at once with what the test laid down, and remembers what they were told. Single thread.
class FakePerson {
 public:
  // For World and Process.
  OpenApproval opener() {
    return [this](const std::string& redirect_uri, BrowserUse browser) -> Result<std::unique_ptr<Approval>> {
      opened.push_back(redirect_uri);
      browser_use = browser;
      if (open_fault) return *open_fault;
      return std::unique_ptr<Approval>(new FakeApproval(*this, redirect_uri.empty() ? kOwnRedirectUri : redirect_uri));
    };
  }

  static constexpr const char* kOwnRedirectUri = "http://127.0.0.1:4711/oauth/callback";

  Result<AuthorizationResponse> answer = Error{ErrorCode::kDeadlineExceeded, "nobody came", {}};
  std::optional<Error> open_fault;

  std::vector<std::string> opened;  // The redirect URIs that were asked for.
  std::optional<BrowserUse> browser_use;
  std::vector<std::string> urls;  // What was shown.
  std::string state;
  Seconds limit{0};
  std::vector<std::string> conclusions;  // "" for success, else the error's message.

 private:
  class FakeApproval final : public Approval {
   public:
    FakeApproval(FakePerson& person, std::string redirect_uri)
        : person_(person), redirect_uri_(std::move(redirect_uri)) {}
    const std::string& redirect_uri() const override { return redirect_uri_; }
    Result<AuthorizationResponse> ask(const http::Url& url, const std::string& its_state, Seconds within) override {
      person_.urls.push_back(url.str());
      person_.state = its_state;
      person_.limit = within;
      return person_.answer;
    }
    void conclude(std::string_view, const Result<void>& outcome) override {
      person_.conclusions.push_back(outcome ? "" : outcome.error().message);
    }

   private:
    FakePerson& person_;
    std::string redirect_uri_;
  };
};

}  // namespace jungle::cli::testing
