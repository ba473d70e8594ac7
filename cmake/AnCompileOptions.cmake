# Flags every target of the project is built with.
add_library(an_options INTERFACE)
target_compile_options(an_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-psabi
  # A fused multiply-add rounds once where the official scorer rounds twice, and would make results differ between machines.
  -ffp-contract=off
  $<$<BOOL:${AN_WARNINGS_AS_ERRORS}>:-Werror>)
target_include_directories(an_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
