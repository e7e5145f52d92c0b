# Compiles for macOS on Apple silicon from Linux, with the clang and the linker of the PyPI package ziglang.
# NN_MACOS_ROOT is the folder that scripts/macos_root.py makes.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES NN_MACOS_ROOT)
set(tools ${NN_MACOS_ROOT}/bin)
set(CMAKE_C_COMPILER ${tools}/zig-cc)
set(CMAKE_CXX_COMPILER ${tools}/zig-c++)
set(CMAKE_AR ${tools}/zig-ar)
set(CMAKE_RANLIB ${tools}/zig-ranlib)
# Nothing is edited after linking: that would break the signature that the linker makes.
set(CMAKE_INSTALL_NAME_TOOL true)
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_OSX_SYSROOT "")

# zig brings headers of libc++ newer than the libc++ of macOS, meant for its own copy of it, and hides nothing.
# Ours must be the system's, as torch's is, or neither would catch what the other throws: so let the headers
# keep to what that has.
set(target "-target aarch64-macos.14.0")  # as torch's wheel
string(CONCAT CMAKE_CXX_FLAGS_INIT "${target} -fno-sized-deallocation -U_LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS "
  "-U_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS -D_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS=1")
set(CMAKE_C_FLAGS_INIT ${target})
foreach(kind SHARED MODULE EXE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT "-s -nostdlib++ ${NN_MACOS_ROOT}/lib/libc++.tbd")
endforeach()
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(CMAKE_FIND_ROOT_PATH ${NN_MACOS_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_PREFIX_PATH / /torch)
