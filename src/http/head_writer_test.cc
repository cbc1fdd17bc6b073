#include "http/head_writer.h"

#include <array>

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

TEST(HeadWriterTest, WritesAHead) {
  const std::array<Header, 1> headers{{{"Mcp-Session-Id", "abc"}}};
  ResponseHead head;
  head.content_type = "application/json";
  head.headers = headers;
  AnswerFraming framing;
  framing.content_length = 12;
  framing.date = "now";
  std::string out = "left over";
  render_head(head, framing, out);
  EXPECT_EQ(
      "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
      "Mcp-Session-Id: abc\r\n\r\n",
      out);
}

TEST(HeadWriterTest, WritesChunkedAndClose) {
  ResponseHead head;
  head.status = 418;
  AnswerFraming framing;
  framing.chunked = true;
  framing.connection = ConnectionField::kClose;
  std::string out;
  render_head(head, framing, out);
  EXPECT_EQ("HTTP/1.1 418 Unknown\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", out);
}

TEST(HeadWriterTest, RefusesWhatWouldInjectOrContradict) {
  for (const Header& bad : {Header{"X", "a\r\nY: b"}, Header{"X\r\n", "a"}, Header{"", "a"}, Header{"X Y", "a"},
                            Header{"Content-Length", "1"}, Header{"transfer-encoding", "chunked"},
                            Header{"Connection", "close"}, Header{"Content-Type", "a"}}) {
    ResponseHead head;
    head.headers = std::span(&bad, 1);
    EXPECT_FALSE(is_writable(head)) << bad.name;
  }
  ResponseHead head;
  head.content_type = "text/plain\r\nX: y";
  EXPECT_FALSE(is_writable(head));
}

TEST(HeadWriterTest, WritesDatesAsRfc9110Does) {
  EXPECT_EQ("Sun, 06 Nov 1994 08:49:37 GMT", render_http_date(SystemTime(std::chrono::seconds(784111777))));
}

}  // namespace
}  // namespace jungle::http
