#include "http/message_head.h"

#include <string>

#include <gtest/gtest.h>

#include "http/limits.h"

namespace jungle::http {
namespace {

MessageHead request(std::string_view text) {
  MessageHead head;
  EXPECT_EQ(HeadFault::kNone, parse_request_head(text, head)) << text;
  return head;
}
HeadFault request_fault(std::string_view text) {
  MessageHead head;
  return parse_request_head(text, head);
}
HeadFault response_fault(std::string_view text) {
  MessageHead head;
  return parse_response_head(text, head);
}
std::string with_fields(const std::string& fields) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

TEST(MessageHeadTest, FindsTheEndWhereverTheBytesAreCut) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
  EXPECT_EQ(text.size() - 4, find_head_end(text, 0));
  for (std::size_t cut = 0; cut < text.size() - 4; ++cut) {
    ASSERT_EQ(0u, find_head_end(text.substr(0, cut), 0)) << cut;
    ASSERT_EQ(text.size() - 4, find_head_end(text, cut)) << cut;
  }
}

TEST(MessageHeadTest, ReadsARequest) {
  const std::string text =
      "POST /mcp?x HTTP/1.1\r\nHost: a:1\r\nX-Empty:\r\nX-Blanks: \t b c \r\nContent-Length: 12\r\n\r\n";
  const MessageHead head = request(text);
  EXPECT_EQ("POST", head.method);
  EXPECT_EQ("/mcp?x", head.target);
  EXPECT_EQ(1, head.minor_version);
  ASSERT_EQ(4u, head.headers.size());
  EXPECT_EQ("", head.headers[1].value);
  EXPECT_EQ("b c", head.headers[2].value);
  EXPECT_EQ(12u, head.framing.content_length);
  EXPECT_FALSE(head.framing.chunked);
}

TEST(MessageHeadTest, ReadsWhatTheConnectionIsToldToDo) {
  EXPECT_TRUE(request(with_fields("Connection: foo, Close\r\n")).framing.close);
  EXPECT_TRUE(request(with_fields("Expect: 100-continue\r\n")).framing.expects_continue);
  EXPECT_TRUE(request(with_fields("Transfer-Encoding: Chunked\r\n")).framing.chunked);
  const MessageHead old = request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_EQ(0, old.minor_version);
  EXPECT_TRUE(old.framing.keep_alive);
}

TEST(MessageHeadTest, RefusesMalformedRequests) {
  for (const std::string& bad : {
           std::string("\r\n\r\n"),
           std::string("GET\r\n\r\n"),
           std::string("GET /\r\n\r\n"),
           std::string("GET  HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("G T / HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("GET / HTTP/1.1\nHost: a\n\n\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
           std::string("GET / XTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("\x16\x03\x01\x02\r\n\r\n"),
           with_fields("no colon\r\n"),
           with_fields(": no name\r\n"),
           with_fields("Name : blank before colon\r\n"),
           with_fields("A: b\r\n folded\r\n"),
           with_fields("A: b\rc\r\n"),
           with_fields("A: b\nC: d\r\n"),
           with_fields(std::string("A: \0\r\n", 6)),
           with_fields("Content-Length: -1\r\n"),
           with_fields("Content-Length: +1\r\n"),
           with_fields("Content-Length: 1 2\r\n"),
           with_fields("Content-Length: 0x10\r\n"),
           with_fields("Content-Length:\r\n"),
           with_fields("Content-Length: 1, 1\r\n"),
           with_fields("Content-Length: 18446744073709551616\r\n"),
           with_fields("Content-Length: 1\r\nContent-Length: 2\r\n"),
           with_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
           with_fields("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
           with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
           std::string("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
       }) {
    EXPECT_EQ(HeadFault::kMalformed, request_fault(bad)) << bad;
  }
}

TEST(MessageHeadTest, RefusesCodingsItDoesNotKnow) {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked;q=1", ""}) {
    EXPECT_EQ(HeadFault::kUnsupportedEncoding,
              request_fault(with_fields("Transfer-Encoding: " + std::string(coding) + "\r\n")))
        << coding;
  }
}

TEST(MessageHeadTest, RefusesOtherVersions) {
  EXPECT_EQ(HeadFault::kBadVersion, request_fault("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(HeadFault::kBadVersion, request_fault("PRI * HTTP/2.0\r\n\r\n"));
  EXPECT_EQ(HeadFault::kBadVersion, response_fault("HTTP/0.9 200 OK\r\n\r\n"));
}

TEST(MessageHeadTest, TakesAHundredFieldsAndNotOneMore) {
  std::string fields;
  for (std::size_t i = 0; i < kHeaderCountMax - 1; ++i)  // And Host.
    fields += "X: y\r\n";
  EXPECT_EQ(HeadFault::kNone, request_fault(with_fields(fields)));
  EXPECT_EQ(HeadFault::kTooManyHeaders, request_fault(with_fields(fields + "X: y\r\n")));
}

TEST(MessageHeadTest, ReadsAResponse) {
  MessageHead head;
  ASSERT_EQ(HeadFault::kNone, parse_response_head("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", head));
  EXPECT_EQ(404, head.status);
  ASSERT_EQ(HeadFault::kNone, parse_response_head("HTTP/1.0 200\r\n\r\n", head));
  EXPECT_EQ(200, head.status);
  EXPECT_EQ(0, head.minor_version);
  EXPECT_TRUE(head.headers.empty());
  EXPECT_EQ(HeadFault::kNone, response_fault("HTTP/1.1 200 \r\n\r\n"));
}

TEST(MessageHeadTest, RefusesMalformedResponses) {
  for (const char* bad : {"<html>\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
                          "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 200 a\x01\r\n\r\n"}) {
    EXPECT_EQ(HeadFault::kMalformed, response_fault(bad)) << bad;
  }
}

}  // namespace
}  // namespace jungle::http
