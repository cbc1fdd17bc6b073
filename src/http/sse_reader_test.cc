#include "http/sse_reader.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

using namespace std::string_view_literals;

using Events = std::vector<std::string>;  // "type|data|id" each.

Events read(std::string_view text, std::size_t part_bytes) {
  SseReader reader;
  Events events;
  for (; !text.empty(); text.remove_prefix(std::min(part_bytes, text.size()))) {
    const std::string part(text.substr(0, part_bytes));  // Dies before the next one: views must not outlive it.
    reader.feed(part);
    for (;;) {
      const auto event = reader.next();
      if (!event) return {"error " + event.error().message};
      if (!*event) break;
      const SseEvent& got = **event;
      events.push_back(std::string(got.event) + "|" + std::string(got.data) + "|" + std::string(got.id));
    }
  }
  return events;
}

// The same for every way to cut the stream.
void expect_events(const Events& expected, std::string_view text) {
  for (std::size_t part = 1; part <= text.size(); ++part)
    ASSERT_EQ(expected, read(text, part)) << text << "\nin parts of " << part;
}

TEST(SseReaderTest, ReadsEvents) {
  expect_events({"message|{\"a\":1}|", "|two|"}, "event: message\ndata: {\"a\":1}\n\ndata: two\n\n");
}

TEST(SseReaderTest, AcceptsEveryLineEnding) {
  expect_events({"|a|", "|b|", "|c|"}, "data: a\n\ndata: b\r\n\r\ndata: c\r\r");
}

TEST(SseReaderTest, JoinsDataLines) { expect_events({"|a\n\nb|"}, "data: a\ndata\ndata:b\n\n"); }

TEST(SseReaderTest, TakesOneBlankAfterTheColon) { expect_events({"| a|"}, "data:  a\n\n"); }

TEST(SseReaderTest, DropsCommentsAndUnknownFields) {
  expect_events({"|a|"}, ": ping\nfoo: bar\ndata: a\n: x\n\n: y\n\n");
}

TEST(SseReaderTest, DropsAByteOrderMarkAtTheStartOnly) {
  expect_events({"|a|"},
                "\xef\xbb\xbf"
                "data: a\n\n\xef\xbb\xbf"
                "data: b\n\n");
}

TEST(SseReaderTest, DropsEventsWithoutData) { expect_events({"|b|"}, "event: a\n\ndata: b\n\n"); }

TEST(SseReaderTest, DeliversEmptyData) { expect_events({"||", "|\n|"}, "data\n\ndata:\ndata:\n\n"); }

TEST(SseReaderTest, DropsAnEventThatTheEndCutsOff) { expect_events({"|a|"}, "data: a\n\ndata: b\n"); }

TEST(SseReaderTest, KeepsTheLastIdUntilItIsReplaced) {
  expect_events({"|a|1", "|b|1", "|c|", "|d|"}, "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n"sv);
}

TEST(SseReaderTest, TakesTheIdOfAnEventWithoutDataButNotOfOneThatTheEndCutsOff) {
  SseReader reader;
  reader.feed("id: 1\n\nid: 2\ndata: a\n");
  EXPECT_FALSE(*reader.next());
  EXPECT_EQ("1", reader.last_event_id());
}

TEST(SseReaderTest, GoesOnWithTheLastIdOfAnotherStream) {
  SseReader reader(kSseEventBytesMax, "9");
  reader.feed("data: a\n\n");
  EXPECT_EQ("9", (*reader.next())->id);
  EXPECT_EQ("9", reader.last_event_id());
}

TEST(SseReaderTest, ReadsRetry) {
  SseReader reader;
  reader.feed("retry: 1500\nretry: x\nretry: -1\n\n");
  EXPECT_FALSE(*reader.next());
  EXPECT_EQ(Millis(1500), reader.retry());
}

TEST(SseReaderTest, DoesNotCopyAnEventThatLiesInOneFeed) {
  const std::string text = "data: " + std::string(1000, 'x') + "\n\n";
  SseReader reader;
  reader.feed(text);
  const auto event = reader.next();
  EXPECT_EQ(text.data() + 6, (*event)->data.data());
}

TEST(SseReaderTest, TakesAnEventAtTheLimitAndNotOneByteMore) {
  for (const std::size_t part : {1u, 7u, 1000u}) {
    const auto outcome = [&](std::size_t data_bytes) {
      SseReader reader(100);
      const std::string text = "data: " + std::string(data_bytes, 'x') + "\n\n";
      for (std::size_t at = 0; at < text.size(); at += part) {
        const std::string piece = text.substr(at, part);
        reader.feed(piece);
        const auto event = reader.next();
        if (!event) return event.error().code == ErrorCode::kLimitExceeded ? -1 : -2;
        if (*event) return static_cast<int>((*event)->data.size());
      }
      return -3;
    };
    EXPECT_EQ(94, outcome(94));
    EXPECT_EQ(-1, outcome(95));
  }
}

TEST(SseReaderTest, LimitsManyDataLinesTogether) {
  SseReader reader(100);
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "data: x\n";
  reader.feed(text);
  const auto event = reader.next();
  EXPECT_TRUE(event && !*event);
  text += text;
  reader.feed(text);
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace jungle::http
