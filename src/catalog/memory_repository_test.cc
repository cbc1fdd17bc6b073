#include "catalog/testing/memory_repository.h"

#include "catalog/testing/catalog_repository_contract.h"

namespace jungle::catalog::testing {
namespace {

struct MemoryHarness {
  CatalogRepository& repository() { return memory; }
  void reopen() {}
  MemoryRepository memory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, CatalogRepositoryContract, MemoryHarness);

}  // namespace
}  // namespace jungle::catalog::testing
