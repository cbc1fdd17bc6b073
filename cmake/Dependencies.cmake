# Every third-party library, found once. Modules name them in LINK; which module may use which is checked by tools/check.
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url system)
find_package(OpenSSL 3 REQUIRED)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(PkgConfig REQUIRED)

find_path(JUNGLE_SOCI_INCLUDE soci/soci.h REQUIRED)
find_library(JUNGLE_SOCI_CORE soci_core REQUIRED)
find_library(JUNGLE_SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(JUNGLE_SQLITE3 sqlite3 REQUIRED)
add_library(jungle_soci INTERFACE)
target_include_directories(jungle_soci SYSTEM INTERFACE ${JUNGLE_SOCI_INCLUDE})
# SOCI hides the type information of classes that its headers use, which UBSan's check of vtables would need.
target_compile_options(jungle_soci INTERFACE -fno-sanitize=vptr)
target_link_libraries(jungle_soci INTERFACE ${JUNGLE_SOCI_SQLITE3} ${JUNGLE_SOCI_CORE} ${JUNGLE_SQLITE3})

find_path(JUNGLE_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)

# What every unit may assume about Asio: compiled once (src/base/asio_impl.cc).
add_library(jungle_asio INTERFACE)
target_link_libraries(jungle_asio INTERFACE Boost::headers Boost::system Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
target_compile_definitions(jungle_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

if(TARGET yaml-cpp::yaml-cpp)
  set(JUNGLE_YAML yaml-cpp::yaml-cpp)
else()
  set(JUNGLE_YAML yaml-cpp)
endif()

if(JUNGLE_TESTS)
  find_package(GTest REQUIRED)
endif()
