// The guardian as a program of its own, for tests.
#include "upstream/guardian.h"

int main(int argc, char** argv) {
  if (argc > 0 && jungle::upstream::is_guardian(argv[0])) jungle::upstream::guardian_main();
  return 2;
}
