#include "cli/oauth/browser.h"

#include <csignal>
#include <spawn.h>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace jungle::cli {
namespace {

constexpr int kFirstForeignDescriptor = 3;

// `word` with %s and %% replaced; `has_url` learns whether the URL went in.
std::string filled_in(std::string_view word, const std::string& url, bool& has_url) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::string_view pair = word.substr(i, 2);
    if (pair == "%s") {
      out += url;
      has_url = true;
      ++i;
    } else if (pair == "%%") {
      out += '%';
      ++i;
    } else {
      out += word[i];
    }
  }
  return out;
}

ProgramWords words_of(std::string_view program, const std::string& url) {
  ProgramWords words;
  bool has_url = false;
  for (const std::string& word : split(program, ' ')) {
    if (!word.empty()) words.push_back(filled_in(word, url, has_url));
  }
  if (!words.empty() && !has_url) words.push_back(url);
  return words;
}

// posix_spawn's two objects, destroyed as one.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    // A callback's port must not stay open for as long as the browser runs.
    posix_spawn_file_actions_addclosefrom_np(&files_, kFirstForeignDescriptor);
    posix_spawnattr_init(&attributes_);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &set);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }

  // 0, or the error number. The program is found as a shell would find it: by PATH.
  int start(char* const* words, char* const* environment) const {
    pid_t pid = 0;
    return posix_spawnp(&pid, words[0], &files_, &attributes_, words, environment);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

std::vector<ProgramWords> browser_programs(const http::Url& url, const app::Environment& environment) {
  std::vector<ProgramWords> programs;
  if (const auto it = environment.find("BROWSER"); it != environment.end()) {
    for (const std::string& program : split(it->second, ':')) {
      if (ProgramWords words = words_of(program, url.str()); !words.empty()) programs.push_back(std::move(words));
    }
  }
  if (programs.empty()) programs = {{"xdg-open", url.str()}, {"open", url.str()}};
  return programs;
}

Result<void> start_first(const std::vector<ProgramWords>& programs, const app::Environment& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment)
    variables.push_back(name + "=" + value);
  const std::vector<char*> environment_words = pointers_to(variables);
  const SpawnPlan plan;
  std::string tried;
  for (ProgramWords words : programs) {
    const std::vector<char*> pointers = pointers_to(words);
    const int fault = plan.start(pointers.data(), environment_words.data());
    if (fault == 0) return {};
    if (!tried.empty()) tried += ", ";
    tried += words.front() + ": " + std::generic_category().message(fault);
  }
  return Error{ErrorCode::kUnavailable, "no browser could be started (" + tried + ")", {}};
}

}  // namespace jungle::cli
