#include "upstream/line_splitter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace jungle::upstream {
namespace {

std::vector<std::string> lines_of(LineSplitter& lines, std::vector<std::string> feeds) {
  std::vector<std::string> out;
  for (const std::string& bytes : feeds) {
    lines.feed(bytes);
    while (auto line = lines.next())
      out.push_back(*line);
  }
  return out;
}

TEST(LineSplitterTest, JoinsALineThatComesInPieces) {
  LineSplitter lines(100, LineSplitter::TooLong::kDrop);
  EXPECT_EQ((std::vector<std::string>{"one", "two"}), lines_of(lines, {"o", "ne\nt", "wo", "\n"}));
}

TEST(LineSplitterTest, DropsCarriageReturnsAtTheEnd) {
  LineSplitter lines(100, LineSplitter::TooLong::kDrop);
  EXPECT_EQ((std::vector<std::string>{"a\rb", ""}), lines_of(lines, {"a\rb\r", "\n\r\n"}));
}

TEST(LineSplitterTest, KeepsALineOfTheGreatestLength) {
  LineSplitter lines(4, LineSplitter::TooLong::kDrop);
  EXPECT_EQ((std::vector<std::string>{"abcd"}), lines_of(lines, {"ab", "cd", "\n"}));
  EXPECT_EQ(0u, lines.dropped());
}

TEST(LineSplitterTest, SkipsALineOneByteLongerAndGoesOn) {
  LineSplitter lines(4, LineSplitter::TooLong::kDrop);
  EXPECT_EQ((std::vector<std::string>{"ok"}), lines_of(lines, {"ab", "cde", "fg\nok\n"}));
  EXPECT_EQ(1u, lines.dropped());
}

TEST(LineSplitterTest, CutsALongLineIntoPieces) {
  LineSplitter lines(4, LineSplitter::TooLong::kCut);
  EXPECT_EQ((std::vector<std::string>{"abcd", "efgh", "i"}), lines_of(lines, {"abcdefghi\n"}));
}

TEST(LineSplitterTest, DeliversTheUnfinishedLineAtTheEnd) {
  LineSplitter lines(10, LineSplitter::TooLong::kDrop);
  EXPECT_EQ((std::vector<std::string>{"a"}), lines_of(lines, {"a\nrest"}));
  EXPECT_EQ("rest", lines.last());
  EXPECT_EQ("", lines.last());
}

TEST(LineSplitterTest, TakesALongLineInLinearTime) {
  LineSplitter lines(64u << 20, LineSplitter::TooLong::kDrop);
  const std::string piece(64 * 1024, 'x');
  std::size_t size = 0;
  for (int i = 0; i < 512; ++i) {  // 32 MiB: a quadratic search would take minutes.
    lines.feed(piece);
    while (lines.next())
      ADD_FAILURE();
  }
  lines.feed("\n");
  while (auto line = lines.next())
    size += line->size();
  EXPECT_EQ(piece.size() * 512, size);
}

}  // namespace
}  // namespace jungle::upstream
