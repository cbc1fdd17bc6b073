#include "http/body_decoder.h"

#include <string>

#include <gtest/gtest.h>

#include "http/limits.h"

namespace jungle::http {
namespace {

struct Decoded {
  std::string body;
  std::string rest;
  bool done = false;
  bool malformed = false;
};

// Feeds `bytes` in parts of `part_bytes`.
Decoded decode(BodyDecoder::Mode mode, std::uint64_t length, std::string_view bytes, std::size_t part_bytes) {
  BodyDecoder decoder;
  decoder.start(mode, length);
  Decoded decoded;
  std::string buffer;
  while (!decoded.malformed) {
    const BodyDecoder::Step step = decoder.step(buffer);
    decoded.body.append(step.data);
    decoded.malformed = step.malformed;
    buffer.erase(0, step.used_bytes);
    if (step.used_bytes != 0) continue;
    if (bytes.empty()) break;
    buffer.append(bytes.substr(0, part_bytes));
    bytes.remove_prefix(std::min(part_bytes, bytes.size()));
  }
  decoded.done = decoder.done();
  decoded.rest = buffer + std::string(bytes);
  return decoded;
}
Decoded chunked(std::string_view bytes, std::size_t part_bytes = 1000) {
  return decode(BodyDecoder::Mode::kChunked, 0, bytes, part_bytes);
}

TEST(BodyDecoderTest, CountsBytes) {
  const Decoded decoded = decode(BodyDecoder::Mode::kCounted, 5, "helloGET", 3);
  EXPECT_TRUE(decoded.done);
  EXPECT_EQ("hello", decoded.body);
  EXPECT_EQ("GET", decoded.rest);
  EXPECT_TRUE(decode(BodyDecoder::Mode::kCounted, 0, "", 1).done);
}

TEST(BodyDecoderTest, ReadsChunksHoweverTheyAreCut) {
  constexpr std::string_view kBytes =
      "5\r\nhello\r\n1;ext=\"x\"\r\n \r\n00B\r\nwide worlds\r\n0\r\nTrailer: x\r\n\r\nnext";
  for (std::size_t part = 1; part < kBytes.size(); ++part) {
    const Decoded decoded = chunked(kBytes, part);
    ASSERT_TRUE(decoded.done) << part;
    ASSERT_EQ("hello wide worlds", decoded.body) << part;
    ASSERT_EQ("next", decoded.rest) << part;
  }
}

TEST(BodyDecoderTest, WaitsForTheRest) {
  constexpr std::string_view kBytes = "5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < kBytes.size(); ++cut) {
    const Decoded decoded = chunked(kBytes.substr(0, cut));
    ASSERT_FALSE(decoded.done) << cut;
    ASSERT_FALSE(decoded.malformed) << cut;
  }
}

TEST(BodyDecoderTest, RefusesMalformedChunks) {
  for (const char* bad : {"x\r\n", "\r\n", "-1\r\n", "0x5\r\n", "5\n", "5\rx", "5\r\nhelloX", "5\r\nhello\n",
                          "5;a\nb\r\n", "0\r\nA: b\n\r\n", "1ffffffffffffffff\r\n", "5 5\r\rhello"}) {
    EXPECT_TRUE(chunked(bad).malformed) << bad;
  }
}

TEST(BodyDecoderTest, LimitsExtensionsAndTrailers) {
  EXPECT_TRUE(chunked("1;" + std::string(kChunkHeadBytesMax + 1, 'x')).malformed);
  EXPECT_FALSE(chunked("1;" + std::string(kChunkHeadBytesMax - 10, 'x') + "\r\na\r\n0\r\n\r\n").malformed);
  EXPECT_TRUE(chunked("0\r\n" + std::string(kChunkHeadBytesMax + 1, 'x')).malformed);
  EXPECT_TRUE(chunked(std::string(kChunkHeadBytesMax + 1, '0')).malformed);
}

TEST(BodyDecoderTest, TakesEverythingUntilTheEnd) {
  const Decoded decoded = decode(BodyDecoder::Mode::kUntilClose, 0, "all of it", 2);
  EXPECT_FALSE(decoded.done);
  EXPECT_EQ("all of it", decoded.body);
}

}  // namespace
}  // namespace jungle::http
