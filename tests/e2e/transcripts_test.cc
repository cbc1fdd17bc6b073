// A test for every file of tests/transcripts: a new file is a new test.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "e2e/player.h"
#include "e2e/transcript.h"

namespace jungle::e2e {
namespace {

class TranscriptTest : public ::testing::Test {
 public:
  explicit TranscriptTest(std::filesystem::path file) : file_(std::move(file)) {}

  void TestBody() override {
    std::ifstream in(file_, std::ios::binary);
    ASSERT_TRUE(in) << file_ << " cannot be read";
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto transcript = read_transcript(text);
    ASSERT_TRUE(transcript) << file_.string() << ":" << transcript.error().message;
    if (const auto departure = play(*transcript)) ADD_FAILURE_AT(file_.c_str(), departure->line) << departure->why;
  }

 private:
  const std::filesystem::path file_;
};

std::vector<std::filesystem::path> transcripts_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".mcp") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void register_test_of(const std::filesystem::path& file) {
  const std::string name = file.stem().string();
  ::testing::RegisterTest("Transcripts", name.c_str(), nullptr, nullptr, file.c_str(), 1,
                          [file]() -> TranscriptTest* { return new TranscriptTest(file); });
}

}  // namespace
}  // namespace jungle::e2e

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const auto files = jungle::e2e::transcripts_in(JUNGLE_TRANSCRIPTS);
  if (files.empty()) {
    std::fprintf(stderr, "there are no transcripts in %s\n", JUNGLE_TRANSCRIPTS);
    return 1;
  }
  for (const auto& file : files)
    jungle::e2e::register_test_of(file);
  return RUN_ALL_TESTS();
}
