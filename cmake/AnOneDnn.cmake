# oneDNN (2.6 or later), as target an_onednn, with OpenMP, which says how many threads it may use. Its own CMake package
# is not asked for: Debian's wants the headers of OpenCL, which nothing here needs.
find_path(AN_ONEDNN_INCLUDE oneapi/dnnl/dnnl.hpp REQUIRED)
find_library(AN_ONEDNN_LIBRARY dnnl REQUIRED)
find_package(OpenMP COMPONENTS CXX)
add_library(an_onednn INTERFACE)
target_include_directories(an_onednn SYSTEM INTERFACE ${AN_ONEDNN_INCLUDE})
target_link_libraries(an_onednn INTERFACE ${AN_ONEDNN_LIBRARY})
if(OpenMP_CXX_FOUND)
  target_link_libraries(an_onednn INTERFACE OpenMP::OpenMP_CXX)
endif()
