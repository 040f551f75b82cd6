# What is installed of a build for Windows: the library with its import library, in the form that both Microsoft's and GNU's
# linkers read. Included by the Makefile.

# What makes import libraries, in the manner of LLVM.
DLLTOOL ?= llvm-dlltool

.PHONY: install-windows

# The import library is all that a program links.
install-windows: PRIVATE :=
install-windows: build
	@install -d '$(BINS)' '$(LIBS)/pkgconfig' '$(LIBS)/cmake/Mspkit' '$(HEADERS)/mspkit' '$(WORK)'
	@install -m 644 include/mspkit.h include/mspkit.hpp '$(HEADERS)/'
	@install -m 644 include/mspkit/*.h include/mspkit/*.hpp '$(HEADERS)/mspkit/'
	@install -m 755 '$(BUILT)/mspkit_c.dll' '$(BINS)/mspkit.dll'
	@install -m 755 '$(BUILT)/mspkit-sim.exe' '$(BINS)/mspkit-sim.exe'
	@# cargo's import library names the library as cargo does.
	@{ printf 'LIBRARY mspkit.dll\nEXPORTS\n'; sed -n '/^static inline/d; s/^[a-z].*[ *]\(mspkit_[a-z0-9_]*\)(.*/  \1/p' include/mspkit.h | sort -u; } \
	  > '$(WORK)/mspkit.def'
	@$(DLLTOOL) -m i386:x86-64 -D mspkit.dll -d '$(WORK)/mspkit.def' -l '$(LIBS)/mspkit.lib'
	@cp '$(LIBS)/mspkit.lib' '$(LIBS)/libmspkit.dll.a'
	@$(FILL); \
	cmake='$(LIBS)/cmake/Mspkit'; \
	fill mspkit.pc.in '$(LIBS)/pkgconfig/mspkit.pc'; \
	fill cmake/MspkitConfigWindows.cmake.in "$$cmake/MspkitConfig.cmake"; \
	fill cmake/MspkitConfigVersion.cmake.in "$$cmake/MspkitConfigVersion.cmake"
	@echo 'mspkit $(VERSION) for Windows is installed in $(DESTDIR)$(PREFIX)'
