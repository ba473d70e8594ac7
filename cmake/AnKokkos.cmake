# Kokkos, as target an_kokkos: a user's own, or Debian's (Serial; part of Trilinos), whose exported target names an include
# folder that does not exist.
find_package(Kokkos REQUIRED)
get_target_property(an_kokkos_folders Kokkos::kokkos INTERFACE_INCLUDE_DIRECTORIES)
foreach(folder IN LISTS an_kokkos_folders)
  if(folder MATCHES "^/" AND NOT EXISTS ${folder})
    find_path(AN_KOKKOS_INCLUDE Kokkos_Core.hpp PATH_SUFFIXES trilinos REQUIRED)
    set_target_properties(Kokkos::kokkos PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${AN_KOKKOS_INCLUDE})
  endif()
endforeach()
add_library(an_kokkos INTERFACE)
target_link_libraries(an_kokkos INTERFACE Kokkos::kokkos)
