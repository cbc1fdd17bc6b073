#include "cli/console.h"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/spinner.h"

namespace jungle::cli {
namespace {

TEST(ConsoleTest, ReplacesWhatATerminalWouldObey) {
  EXPECT_EQ("a\tb\nc é\xef\xbf\xbd[31mred\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
            terminal_safe("a\tb\nc é\x1b[31mred\r\x7f\xc2\x9b"));
}

TEST(ConsoleTest, LeavesPipesAlone) {
  std::ostringstream out;
  std::ostringstream err;
  Console pipe(out, err, StreamKind::kPipe, StreamKind::kTerminal);
  pipe.print("\x1b[31m");
  pipe.note("\x1b[31m");
  EXPECT_EQ("\x1b[31m", out.str());
  EXPECT_EQ("\xef\xbf\xbd[31m\n", err.str());
}

TEST(ConsoleTest, ASpinnerIsSilentInAPipe) {
  std::ostringstream out;
  std::ostringstream err;
  Console console(out, err, StreamKind::kPipe, StreamKind::kPipe);
  { const Spinner spinner(console, "x"); }
  EXPECT_EQ("", out.str() + err.str());
}

TEST(ConsoleTest, ASpinnerThatEndsAtOnceLeavesNoTrace) {
  std::ostringstream out;
  std::ostringstream err;
  Console console(out, err, StreamKind::kTerminal, StreamKind::kTerminal);
  { const Spinner spinner(console, "x"); }
  EXPECT_EQ("", out.str() + err.str());
}

TEST(ConsoleTest, TurnsTheSpinner) {
  EXPECT_EQ("⠋ registering up", spinner_frame(0, "registering up", Seconds(0)));
  EXPECT_EQ("⠙ registering up (3 s)", spinner_frame(11, "registering up", Seconds(3)));
}

}  // namespace
}  // namespace jungle::cli
