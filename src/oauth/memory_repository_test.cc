#include "oauth/testing/memory_repository.h"

#include "oauth/testing/repository_contract.h"

namespace jungle::oauth::testing {
namespace {

struct MemoryHarness {
  Repository& repository() { return memory; }
  void reopen() {}
  MemoryRepository memory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RepositoryContract, MemoryHarness);

}  // namespace
}  // namespace jungle::oauth::testing
