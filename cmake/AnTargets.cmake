# an_add_library(NAME LIBS ...): a static library of every .cpp in the current folder.
function(an_add_library name)
  cmake_parse_arguments(arg "" "" "LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC $<BUILD_INTERFACE:an_options> ${arg_LIBS})
endfunction()
