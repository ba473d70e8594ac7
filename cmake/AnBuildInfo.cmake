# an_add_build_info(TARGET): headers build_info.hpp (written when CMake configures) and git_hash.hpp (looked at by each
# build, but written only when the hash has changed, so that it forces nothing to be built again).
function(an_add_build_info target)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  get_target_property(options an_options INTERFACE_COMPILE_OPTIONS)
  list(FILTER options EXCLUDE REGEX "^\\$<")
  string(JOIN " " an_compiler_flags "-std=c++${CMAKE_CXX_STANDARD}" ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${options})
  include(GNUInstallDirs)
  file(RELATIVE_PATH an_data_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/anomalousnet)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/generated)
  configure_file(build_info.hpp.in ${folder}/build_info.hpp @ONLY)
  add_custom_target(${target}_git_hash
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_SOURCE_DIR} -D OUTPUT=${folder}/git_hash.hpp
            -P ${CMAKE_SOURCE_DIR}/cmake/write_git_hash.cmake
    BYPRODUCTS ${folder}/git_hash.hpp
    COMMENT "Looking at the git hash")
  add_dependencies(${target} ${target}_git_hash)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
