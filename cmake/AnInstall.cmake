# cmake --install build --prefix DIR: the program, configurations and weights, documentation, man pages (where help2man is),
# and the libraries that other programs can use: find_package(anomalousnet) gives anomalousnet::evaluation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(anomalousnet PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)  # of libraries outside the system's folders
install(TARGETS anomalousnet)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/anomalousnet)
install(FILES README.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Written when they are installed, since they are what the program says of itself.
find_program(AN_HELP2MAN help2man)
add_custom_target(man
  COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:anomalousnet> -D VERSION=${PROJECT_VERSION} -D HELP2MAN=${AN_HELP2MAN}
          -D OUTPUT=${CMAKE_BINARY_DIR}/man -P ${CMAKE_SOURCE_DIR}/cmake/write_man_pages.cmake
  DEPENDS anomalousnet)
install(CODE "set(PROGRAM \"$<TARGET_FILE:anomalousnet>\")
  set(VERSION ${PROJECT_VERSION})
  set(HELP2MAN \"${AN_HELP2MAN}\")
  set(OUTPUT \"${CMAKE_BINARY_DIR}/man\")
  include(\"${CMAKE_SOURCE_DIR}/cmake/write_man_pages.cmake\")")
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/anomalousnet)
set_target_properties(an_core PROPERTIES EXPORT_NAME core)
set_target_properties(an_evaluation PROPERTIES EXPORT_NAME evaluation)
foreach(library an_core an_evaluation)
  target_compile_features(${library} PUBLIC cxx_std_20)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/anomalousnet>)
endforeach()
install(TARGETS an_core an_evaluation EXPORT anomalousnet)
install(DIRECTORY src/core evaluation DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/anomalousnet
  FILES_MATCHING PATTERN *.hpp PATTERN random.hpp EXCLUDE)  # which needs Random123
install(EXPORT anomalousnet NAMESPACE anomalousnet:: DESTINATION ${package_folder} FILE anomalousnetTargets.cmake)
file(WRITE ${CMAKE_BINARY_DIR}/anomalousnetConfig.cmake "include(CMakeFindDependencyMacro)
find_dependency(fmt)
include(\${CMAKE_CURRENT_LIST_DIR}/anomalousnetTargets.cmake)
")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/anomalousnetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/anomalousnetConfig.cmake ${CMAKE_BINARY_DIR}/anomalousnetConfigVersion.cmake
  DESTINATION ${package_folder})
