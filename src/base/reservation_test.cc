#include "base/reservation.h"

#include <optional>

#include <gtest/gtest.h>

namespace jungle {
namespace {

TEST(ReservationTest, HoldsANameWhileItLives) {
  std::set<std::string> names;
  std::optional<Reservation> first(std::in_place, names, "a");
  EXPECT_TRUE(first->is_ours());
  EXPECT_TRUE(Reservation(names, "b").is_ours());
  first.reset();
  EXPECT_TRUE(names.empty());
}

TEST(ReservationTest, LeavesTheNameOfAnotherOneAlone) {
  std::set<std::string> names;
  const Reservation first(names, "a");
  EXPECT_FALSE(Reservation(names, "a").is_ours());
  EXPECT_FALSE(Reservation(names, "a").is_ours()) << "the one before took the name away";
}

}  // namespace
}  // namespace jungle
