#include "cli/oauth/line_reader.h"

#include <array>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace jungle::cli {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() { EXPECT_EQ(0, ::pipe2(pipe_.data(), O_CLOEXEC)); }
  ~LineReaderTest() override {
    close_input();
    ::close(pipe_[0]);
  }

  void start() {
    reader_.emplace(pipe_[0], context_.get_executor(), [this](std::optional<std::string> line) {
      line ? lines_.push_back(*line) : void(has_ended_ = true);
    });
  }
  void write(const std::string& text) {
    ASSERT_EQ(static_cast<ssize_t>(text.size()), ::write(pipe_[1], text.data(), text.size()));
  }
  void close_input() {
    if (pipe_[1] >= 0) ::close(pipe_[1]);
    pipe_[1] = -1;
  }
  void run_until_lines(std::size_t count) {
    while (lines_.size() < count && !has_ended_)
      context_.run_one();
  }
  void run_to_the_end() {
    while (!has_ended_)
      context_.run_one();
  }

  std::array<int, 2> pipe_{};
  asio::io_context context_;
  asio::executor_work_guard<Executor> work_{context_.get_executor()};
  std::vector<std::string> lines_;
  bool has_ended_ = false;
  std::optional<LineReader> reader_;
};

TEST_F(LineReaderTest, DeliversLinesAsTheyCome) {
  start();
  write("on");
  write("e\ntwo\r\n");
  run_until_lines(2);
  EXPECT_EQ((std::vector<std::string>{"one", "two\r"}), lines_);
  write("\n");
  run_until_lines(3);
  EXPECT_EQ("", lines_.back());
  EXPECT_FALSE(has_ended_);
}

TEST_F(LineReaderTest, DeliversALastLineWithoutAnEnd) {
  write("whole\nhalf");
  close_input();
  start();
  run_to_the_end();
  EXPECT_EQ((std::vector<std::string>{"whole", "half"}), lines_);
}

TEST_F(LineReaderTest, EndsAtALineThatDoesNot) {
  start();
  for (std::size_t sent = 0; sent <= kLineBytesMax; sent += 1024)
    write(std::string(1024, 'x'));
  run_to_the_end();
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LineReaderTest, ReadsAFile) {
  std::string name = "/tmp/jungle-XXXXXX";
  const int file = ::mkstemp(name.data());
  ASSERT_EQ(4, ::pwrite(file, "a\nb\n", 4, 0));
  reader_.emplace(file, context_.get_executor(), [this](std::optional<std::string> line) {
    line ? lines_.push_back(*line) : void(has_ended_ = true);
  });
  run_to_the_end();
  EXPECT_EQ((std::vector<std::string>{"a", "b"}), lines_);
  reader_.reset();
  ::close(file);
  ::unlink(name.c_str());
}

TEST_F(LineReaderTest, LeavesTheModeOfTheDescriptorAlone) {
  start();
  write("x\n");
  run_until_lines(1);
  EXPECT_EQ(0, ::fcntl(pipe_[0], F_GETFL) & O_NONBLOCK);
}

TEST_F(LineReaderTest, GoesAwayWhileNothingComes) {
  start();
  reader_.reset();  // Hangs, if it waits for input.
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LineReaderTest, TakesAClosedDescriptorForTheEnd) {
  reader_.emplace(-1, context_.get_executor(), [this](const std::optional<std::string>& line) {
    EXPECT_FALSE(line.has_value());
    has_ended_ = true;
  });
  close_input();
  reader_.reset();
  context_.run_one();
  EXPECT_TRUE(has_ended_);
}

}  // namespace
}  // namespace jungle::cli
