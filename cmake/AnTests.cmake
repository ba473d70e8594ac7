# For ranks of one machine, also as root.
set(an_mpi_environment "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_MCA_hwloc_base_binding_policy=none")

# an_add_test(NAME SOURCES ... LIBS ... [RANKS 1 2 3] [LABELS ...]): one GoogleTest program; with RANKS one test a rank count.
function(an_add_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;RANKS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE an_options ${arg_LIBS} GTest::gmock)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
  # What is tested is in libraries; assertions themselves only have to be compiled soon.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE AN_FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures")
  if(arg_RANKS)
    target_link_libraries(${name} PRIVATE GTest::gtest)
    foreach(ranks ${arg_RANKS})
      add_test(NAME ${name}.${ranks} COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:${name}>)
      set_tests_properties(${name}.${ranks} PROPERTIES LABELS "${arg_LABELS};mpi${ranks}" TIMEOUT 120
        PROCESSORS ${ranks}
        ENVIRONMENT "${an_mpi_environment}")
    endforeach()
  else()
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600)
  endif()
endfunction()
