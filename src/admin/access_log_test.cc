#include "admin/access_log.h"

#include <array>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/testing/fake_time.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::admin {
namespace {

using namespace std::chrono_literals;

// A pipe whose reading end a test drains.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(0, ::pipe(ends_.data())); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }
  // Everything until the writing end is closed.
  std::string drain() {
    close_writer();
    std::string all;
    std::array<char, 4096> chunk{};
    for (;;) {
      const ssize_t size = ::read(ends_[0], chunk.data(), chunk.size());
      if (size <= 0) return all;
      all.append(chunk.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  void close_end(std::size_t which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

class AccessLogTest : public ::testing::Test {
 protected:
  static http::AccessRecord record(std::string_view method, std::string_view target, int status = 200) {
    http::AccessRecord made;
    made.method = method;
    made.target = target;
    made.peer = "127.0.0.1";
    made.status = status;
    made.answer_bytes = 12;
    made.duration = 1043us;
    return made;
  }

  std::string logged(const http::AccessRecord& one, telemetry::LogFormat format) {
    Pipe pipe;
    {
      LineWriter writer(pipe.writer(), log_);
      AccessLog access_log(time_, deadlines_, writer, format);
      access_log.exchange_done(one);
    }
    return pipe.drain();
  }

  asio::io_context context_;
  jungle::testing::FakeTime time_{context_};
  DeadlineList deadlines_{time_};
  telemetry::testing::RecordingLog log_;
};

TEST_F(AccessLogTest, WritesTheLineThatMcpJungleWrites) {
  const std::string line = logged(record("POST", "/mcp"), telemetry::LogFormat::kText);
  ASSERT_TRUE(line.starts_with("[GIN] 20")) << line;
  EXPECT_EQ(R"( | 200 |       1.043ms |       127.0.0.1 | POST     "/mcp")"
            "\n",
            line.substr(line.find(" | ")));
  EXPECT_EQ(std::string("[GIN] 2024/12/18 - 01:00:00").size(), line.find(" | "));
}

TEST_F(AccessLogTest, KeepsAHostileTargetOnItsLine) {
  const std::string line = logged(record("GET", "/a\"b\\c\n[GIN] \xff?x=1", 404), telemetry::LogFormat::kText);
  EXPECT_NE(std::string::npos, line.find(R"("/a\"b\\c\x0a[GIN] \xff?x=1")")) << line;
  EXPECT_EQ(line.size() - 1, line.find('\n'));
}

TEST_F(AccessLogTest, NamesNoSession) {
  for (const auto format : {telemetry::LogFormat::kText, telemetry::LogFormat::kJson}) {
    const std::string line = logged(record("POST", "/message?sessionId=secret"), format);
    EXPECT_NE(std::string::npos, line.find("\"/message\"")) << line;
    EXPECT_EQ(std::string::npos, line.find("secret")) << line;
  }
}

TEST_F(AccessLogTest, CallsAnExchangeWithoutAnAnswer499) {
  const std::string line = logged(record("GET", "/mcp", 0), telemetry::LogFormat::kText);
  EXPECT_NE(std::string::npos, line.find(" | 499 | ")) << line;
}

TEST_F(AccessLogTest, WritesJson) {
  const std::string line = logged(record("GET", "/tool?name=a\xff\"", 200), telemetry::LogFormat::kJson);
  EXPECT_TRUE(line.starts_with(R"({"time":"20)")) << line;
  EXPECT_NE(std::string::npos,
            line.find(R"("message":"exchange","status":200,"duration_ms":1.043,"peer":"127.0.0.1","method":"GET",)"
                      R"("target":"/tool?name=a%FF%22","answer_bytes":12})"
                      "\n"))
      << line;
}

TEST_F(AccessLogTest, HandsLinesOverAtTheNextSweep) {
  Pipe pipe;
  LineWriter writer(pipe.writer(), log_);
  AccessLog access_log(time_, deadlines_, writer, telemetry::LogFormat::kText);
  access_log.exchange_done(record("GET", "/health"));
  time_.advance(DeadlineList::kTick);
  deadlines_.sweep();
  std::array<char, 256> line{};
  ASSERT_LT(0, ::read(pipe.reader(), line.data(), line.size()));  // Blocks until the writer's thread has written.
  EXPECT_NE(std::string::npos, std::string(line.data()).find("/health"));
}

TEST_F(AccessLogTest, DropsLinesThatNobodyReadsAndSaysSoOnce) {
  Pipe pipe;
  {
    LineWriter writer(pipe.writer(), log_);
    const std::string batch(kLineBacklogBytesMax / 2, '\n');
    for (int i = 0; i < 5; ++i)
      writer.submit(batch);
    EXPECT_LE(batch.size(), writer.lines_dropped());  // Two may be on their way, two wait.
    pipe.close_reader();                              // Otherwise the writer would wait for it.
  }
  ASSERT_EQ(1U, log_.lines().size());
  EXPECT_TRUE(log_.contains("nobody reads the access log"));
}

TEST_F(AccessLogTest, SurvivesAReaderThatIsGone) {
  Pipe pipe;
  pipe.close_reader();
  LineWriter writer(pipe.writer(), log_);
  writer.submit("line\n");
}

TEST(GoDurationTest, PrintsAsGoDoes) {
  EXPECT_EQ("0s", go_duration(0ns));
  EXPECT_EQ("850ns", go_duration(850ns));
  EXPECT_EQ("12.5µs", go_duration(12500ns));
  EXPECT_EQ("1.043ms", go_duration(1043us));
  EXPECT_EQ("10ms", go_duration(10ms));
  EXPECT_EQ("2.000000001s", go_duration(2s + 1ns));
  EXPECT_EQ("1m5s", go_duration(65s + 400ms));
  EXPECT_EQ("2h0m1s", go_duration(7201s));
}

}  // namespace
}  // namespace jungle::admin
