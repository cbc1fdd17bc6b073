#include "http/sse_writer.h"

#include <string>

#include <gtest/gtest.h>

#include "http/sse_reader.h"

namespace jungle::http {
namespace {

std::string joined(std::span<const std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces)
    out.append(piece);
  return out;
}

TEST(SseWriterTest, FramesAnEvent) {
  SseWriter writer;
  EXPECT_EQ("event: message\nid: 7\ndata: {}\n\n", joined(writer.event("message", "{}", "7")));
  EXPECT_EQ("data: {}\n\n", joined(writer.event("", "{}")));
}

TEST(SseWriterTest, SplitsDataAtLineEnds) {
  SseWriter writer;
  EXPECT_EQ("data: a\ndata: b\ndata: \ndata: c\ndata: \n\n", joined(writer.event("", "a\nb\r\n\rc\n")));
}

TEST(SseWriterTest, KeepsTypeAndIdOnTheirLine) {
  SseWriter writer;
  EXPECT_EQ("event: a\nid: 1\ndata: x\n\n", joined(writer.event("a\ndata: evil", "x", "1\r\n\r\n")));
}

TEST(SseWriterTest, DoesNotCopyData) {
  SseWriter writer;
  const std::string data(1000, 'x');
  const auto pieces = writer.event("", data);
  EXPECT_EQ(data.data(), pieces[1].data());
}

TEST(SseWriterTest, WritesWhatTheReaderReads) {
  SseWriter writer;
  SseReader reader;
  const std::string text = joined(writer.event("t", "a\n\nb", "1"));
  reader.feed(text);
  const auto event = reader.next();
  ASSERT_TRUE(event && *event);
  EXPECT_EQ("a\n\nb", (*event)->data);
  EXPECT_EQ("t", (*event)->event);
}

}  // namespace
}  // namespace jungle::http
