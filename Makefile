# SPDX-License-Identifier: Apache-2.0
#
# make            the programs and the library, in build/plain
# make demo       generate, validate and run a container, on a simulated node without a GPU
# make check      everything that must hold before a change goes in
# make check-engines  podman, Docker and containerd use what `cdikit generate` writes
# make check-real-driver  `cdikit generate` on the files of NVIDIA's own driver, downloaded
# make bench      the table of docs/performance.md
# make fuzz       each fuzz target for FUZZ_SECONDS
# make docs       docs/rules.md, from the table of rules
# make install    DESTDIR and prefix are honoured
#
# V names a build: plain (gcc), clang, asan, cov, fuzz. Each has its own directory.

.DEFAULT_GOAL := all

V         ?= plain
B         := build/$(V)
prefix    ?= /usr/local
bindir    ?= $(prefix)/bin
libdir    ?= $(prefix)/lib
includedir ?= $(prefix)/include
datadir   ?= $(prefix)/share
mandir    ?= $(datadir)/man
bashcompdir ?= $(datadir)/bash-completion/completions
unitdir   ?= $(prefix)/lib/systemd/system
udevrulesdir ?= $(prefix)/lib/udev/rules.d
INSTALL   ?= install
PKG_CONFIG ?= pkg-config
FUZZ_SECONDS ?= 60

VERSION   := 0.1.0
SOVERSION := 0

# The compiler of each build.
CC_plain  := gcc
CC_clang  := clang
CC_asan   := clang
CC_cov    := gcc
CC_fuzz   := clang
ifeq ($(origin CC),default)
CC        := $(or $(CC_$(V)),gcc)
endif

# make VERBOSE=1 shows whole command lines.
Q         := $(if $(VERBOSE),,@)
say        = $(if $(VERBOSE)$(findstring s,$(firstword -$(MAKEFLAGS))),:,echo '  $(1)')

WARNINGS  := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
             -Wmissing-prototypes -Wold-style-definition -Wformat=2 -Wcast-qual -Wwrite-strings \
             -Wpointer-arith -Wundef -Wvla
WERROR    ?=
OPT_plain := -O2
OPT_clang := -O2
OPT_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_cov   := -O0 --coverage
OPT_fuzz  := $(OPT_asan) -fsanitize=fuzzer-no-link
HARDEN    := -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
ifneq ($(filter plain clang,$(V)),)
HARDEN    += -D_FORTIFY_SOURCE=2
endif
CFLAGS    ?= -g
CDI_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Iinclude -I. -fvisibility=hidden -ffunction-sections \
             -fdata-sections $(WARNINGS) $(WERROR) $(HARDEN) $(OPT_$(V)) \
             -DCDIKIT_VERSION='"$(VERSION)"'
LDFLAGS   ?=
CDI_LDFLAGS := -Wl,-z,relro -Wl,-z,now $(filter -fsanitize=% --coverage,$(OPT_$(V)))

# The wrapper and the hooks run several times for each container that starts: they are linked
# statically, which halves their start-up, and no variable makes a loader load something into
# them. A distribution that does not want that says RUNTIME_STATIC=
RUNTIME_STATIC_plain := -static-pie
RUNTIME_STATIC_clang := -static-pie
RUNTIME_STATIC ?= $(RUNTIME_STATIC_$(V))

pkg = $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null)
YAML_CFLAGS  = $(call pkg,--cflags,yaml-0.1)
YAML_LIBS    = $(call pkg,--libs,yaml-0.1)
CJSON_CFLAGS = $(call pkg,--cflags,libcjson)
CJSON_LIBS   = $(call pkg,--libs,libcjson)
PCI_CFLAGS   = $(call pkg,--cflags,libpci)
PCI_LIBS     = $(call pkg,--libs,libpci)
CRITERION_CFLAGS = $(call pkg,--cflags,criterion)
CRITERION_LIBS   = $(call pkg,--libs,criterion)

sources = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c $(d)/*/*.c)))
objects = $(patsubst %.c,$(B)/%.o,$(call sources,$(1)))

LIB_OBJS      := $(call objects,base cdi apply)
GENERATE_OBJS := $(call objects,generate)
DIAGNOSE_OBJS := $(call objects,diagnose)
RUNTIME_OBJS  := $(call objects,runtime)
HOOK_OBJS     := $(call objects,hooks hookless)
PRESTART_OBJS := $(call objects,prestart)
CMD_OBJS      := $(call objects,cmd)
FAKENODE_OBJS := $(filter-out $(B)/tests/fakenode/stubs/%,$(call objects,tests/fakenode))
UNIT_TESTS    := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_HELPERS  := $(patsubst %.c,$(B)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(sort $(wildcard tests/bench/*.c)))
PROGRAMS      := $(B)/cdikit $(B)/cdikit-runtime $(B)/cdikit-hook
LIBRARY       := $(B)/libcdikit.so.$(SOVERSION)

.PHONY: all programs
programs: $(PROGRAMS)
all: $(PROGRAMS) $(LIBRARY) $(B)/man/cdikit.1

include tests/tests.mk

$(B)/cdi/%.o: CDI_CFLAGS += $(YAML_CFLAGS)
$(B)/cmd/%.o: CDI_CFLAGS += $(CJSON_CFLAGS)
$(B)/generate/%.o: CDI_CFLAGS += $(PCI_CFLAGS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D); $(call say,CC      $<)
	$(Q)$(CC) $(CDI_CFLAGS) $(CFLAGS) $(CPPFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(B)/libcdikit.a: $(LIB_OBJS)
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libgenerate.a: $(GENERATE_OBJS)
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libdiagnose.a: $(DIAGNOSE_OBJS)
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libruntime.a: $(filter-out $(B)/runtime/main.o,$(RUNTIME_OBJS))
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libhooks.a: $(filter-out $(B)/hooks/main.o,$(HOOK_OBJS))
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libprestart.a: $(PRESTART_OBJS)
	@$(call say,AR      $@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/cdikit: $(CMD_OBJS) $(B)/libruntime.a $(B)/libhooks.a $(B)/libdiagnose.a $(B)/libgenerate.a \
    $(B)/libcdikit.a
	@$(call say,LINK    $@)
	$(Q)$(CC) -Wl,--gc-sections $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $^ $(YAML_LIBS) $(CJSON_LIBS) $(PCI_LIBS)

$(B)/cdikit-runtime: $(B)/runtime/main.o $(B)/libruntime.a $(B)/libhooks.a $(B)/libcdikit.a
	@$(call say,LINK    $@)
	$(Q)$(CC) -Wl,--gc-sections $(CDI_LDFLAGS) $(LDFLAGS) $(RUNTIME_STATIC) -o $@ $^ $(YAML_LIBS)

$(B)/cdikit-hook: $(B)/hooks/main.o $(B)/libprestart.a $(B)/libruntime.a $(B)/libhooks.a \
    $(B)/libcdikit.a
	@$(call say,LINK    $@)
	$(Q)$(CC) -Wl,--gc-sections $(CDI_LDFLAGS) $(LDFLAGS) $(RUNTIME_STATIC) -o $@ $^ $(YAML_LIBS)

$(LIBRARY): $(LIB_OBJS) cdi/libcdikit.sym
	@$(call say,LINK    $@)
	$(Q)$(CC) $(CDI_LDFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) \
	    -Wl,--version-script=cdi/libcdikit.sym -Wl,--no-undefined -o $@ $(LIB_OBJS) $(YAML_LIBS)
	$(Q)ln -sf $(@F) $(B)/libcdikit.so

# Manual pages and completion are printed from the tables that commands are dispatched by.
$(B)/man/cdikit.1: $(B)/cdikit
	@mkdir -p $(@D) $(B)/completion
	$(Q)for c in $$($(B)/cdikit help | sed -n 's|^  \([a-z-]*\)  .*|\1|p'); do \
	    $(B)/cdikit help --man $$c >$(@D)/cdikit-$$c.1 || exit 1; done
	$(Q)$(B)/cdikit help --completion bash >$(B)/completion/cdikit
	$(Q)$(B)/cdikit help --man >$@

# The page of rules is printed from their table; a test compares it.
.PHONY: docs
docs: $(B)/cdikit
	$(Q)$(B)/cdikit validate --explain all >docs/rules.md

.PHONY: install
install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(libdir)/pkgconfig $(DESTDIR)$(includedir)/cdikit \
	    $(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man8 $(DESTDIR)$(bashcompdir) \
	    $(DESTDIR)$(datadir)/cdikit $(DESTDIR)$(unitdir) $(DESTDIR)$(udevrulesdir)
	$(INSTALL) -m 0755 $(PROGRAMS) $(DESTDIR)$(bindir)
	$(INSTALL) -m 0755 $(LIBRARY) $(DESTDIR)$(libdir)
	ln -sf $(notdir $(LIBRARY)) $(DESTDIR)$(libdir)/libcdikit.so
	$(INSTALL) -m 0644 include/cdikit/*.h $(DESTDIR)$(includedir)/cdikit
	sed -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(libdir)|' -e 's|@includedir@|$(includedir)|' \
	    -e 's|@version@|$(VERSION)|' packaging/libcdikit.pc.in >$(DESTDIR)$(libdir)/pkgconfig/libcdikit.pc
	chmod 0644 $(DESTDIR)$(libdir)/pkgconfig/libcdikit.pc
	$(INSTALL) -m 0644 $(B)/man/*.1 $(DESTDIR)$(mandir)/man1
	$(INSTALL) -m 0644 $(wildcard docs/man/*.8) $(DESTDIR)$(mandir)/man8
	$(INSTALL) -m 0644 $(B)/completion/cdikit $(DESTDIR)$(bashcompdir)/cdikit
	$(INSTALL) -m 0644 specs/cdi-schema.json $(DESTDIR)$(datadir)/cdikit
	for unit in service path; do \
	    sed 's|@bindir@|$(bindir)|' packaging/systemd/cdikit-refresh.$$unit.in \
	        >$(DESTDIR)$(unitdir)/cdikit-refresh.$$unit && \
	    chmod 0644 $(DESTDIR)$(unitdir)/cdikit-refresh.$$unit || exit 1; done
	$(INSTALL) -m 0644 packaging/systemd/99-cdikit-refresh.rules $(DESTDIR)$(udevrulesdir)

# These commands start from a clean clone, with nothing but git and make.
.PHONY: check check-engines check-real-driver demo
check:
	@packaging/build-deps check
	@tests/check

# Downloads a Debian with newer engines, once, into build/; SUITES names others than trixie.
check-engines:
	@packaging/build-deps engines
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all fakenode
	@SUITES='$(SUITES)' tests/check engines

# Downloads NVIDIA's driver files each time, and keeps none of them.
check-real-driver:
	@packaging/build-deps engines
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all fakenode
	@tests/check driver

demo:
	@packaging/build-deps demo
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all fakenode
	@examples/demo

.PHONY: clean
clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(LIB_OBJS) $(GENERATE_OBJS) $(DIAGNOSE_OBJS) $(RUNTIME_OBJS) $(HOOK_OBJS) $(PRESTART_OBJS) $(CMD_OBJS) \
    $(FAKENODE_OBJS) $(UNIT_HELPERS) $(UNIT_STUBS:%.so=%.o)) $(addsuffix .d,$(UNIT_TESTS) $(BENCH_PROGRAMS) $(FUZZ_PROGRAMS))
