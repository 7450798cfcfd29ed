# SPDX-License-Identifier: Apache-2.0
# What the Makefile knows of the tests. Included by it.

$(B)/tests/unit/%.o: CDI_CFLAGS += $(CRITERION_CFLAGS) $(CJSON_CFLAGS) $(YAML_CFLAGS)

$(B)/tests/unit/test_%: tests/unit/test_%.c $(UNIT_HELPERS) $(B)/libgenerate.a $(B)/libcdikit.a \
    $(filter-out $(B)/runtime/main.o,$(RUNTIME_OBJS))
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)$(CC) $(CDI_CFLAGS) $(CRITERION_CFLAGS) $(CJSON_CFLAGS) $(YAML_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d \
	    $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $< $(filter %.o,$^) $(B)/libgenerate.a $(B)/libcdikit.a \
	    $(CRITERION_LIBS) $(YAML_LIBS) $(CJSON_LIBS) $(PCI_LIBS)

$(B)/fakenode: $(FAKENODE_OBJS)
	@$(call say,LINK    $@)
	$(Q)$(CC) $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $^

$(B)/tests/fakenode/%.o: CDI_CFLAGS += -DFAKENODE_MACHINES_DIR='"$(abspath tests/fakenode/machines)"'

$(B)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D); $(call say,LINK    $@)
	$(Q)$(CC) $(CDI_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d $(CDI_LDFLAGS) $(LDFLAGS) -o $@ $<

.PHONY: unit
unit: $(UNIT_TESTS)
