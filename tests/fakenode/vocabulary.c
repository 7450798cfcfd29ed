/* SPDX-License-Identifier: Apache-2.0 */
/* The keywords of a machine description and the values that they take. README.md explains them. */
#include "tests/fakenode/desc.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct keyword keywords[] = {
    {"describe", {{"text", VALUE_TEXT, true}}},
    {"system",
     {{"driver", VALUE_TEXT, false},
      {"cuda", VALUE_NUMBER, false},
      {"nvml", VALUE_TEXT, false},
      {"nvml_level", VALUE_NVML_LEVEL, false},
      {"ld_cache", VALUE_SWITCH, false},
      {"open", VALUE_SWITCH, false},
      {"loaded", VALUE_SWITCH, false},
      {"modify_device_files", VALUE_NUMBER, false},
      {"firmware_path", VALUE_TEXT, false}}},
    {"gpu",
     {{"uuid", VALUE_TEXT, true},
      {"pci", VALUE_GPU_BDF, true},
      {"minor", VALUE_NUMBER, false},
      {"name", VALUE_TEXT, true},
      {"brand", VALUE_NUMBER, false},
      {"arch", VALUE_NUMBER, false},
      {"cc", VALUE_TEXT, false},
      {"mem_mib", VALUE_NUMBER, false},
      {"devid", VALUE_NUMBER, true},
      {"subsys", VALUE_NUMBER, false},
      {"class", VALUE_NUMBER, false},
      {"drm", VALUE_TEXT, false},
      {"mig", VALUE_MIG, false},
      {"maxmig", VALUE_NUMBER, false},
      {"addressing", VALUE_TEXT, false},
      {"fabric", VALUE_TEXT, false},
      {"serial", VALUE_TEXT, false},
      {"proc", VALUE_SWITCH, false},
      {"bus", VALUE_SWITCH, false}}},
    {"giprofile",
     {{"gpu", VALUE_TEXT, false},
      {"prof", VALUE_NUMBER, true},
      {"id", VALUE_NUMBER, true},
      {"slices", VALUE_NUMBER, false},
      {"instances", VALUE_NUMBER, false},
      {"mem_mib", VALUE_NUMBER, false},
      {"name", VALUE_TEXT, false}}},
    {"mig",
     {{"gpu", VALUE_NUMBER, true},
      {"index", VALUE_NUMBER, true},
      {"uuid", VALUE_TEXT, true},
      {"gi", VALUE_NUMBER, true},
      {"ci", VALUE_NUMBER, true},
      {"profile", VALUE_TEXT, false},
      {"gi_prof", VALUE_NUMBER, false},
      {"gi_prof_id", VALUE_NUMBER, false},
      {"gi_start", VALUE_NUMBER, false},
      {"gi_size", VALUE_NUMBER, false},
      {"ci_prof", VALUE_NUMBER, false},
      {"ci_prof_id", VALUE_NUMBER, false},
      {"ci_start", VALUE_NUMBER, false},
      {"ci_size", VALUE_NUMBER, false},
      {"sms", VALUE_NUMBER, false},
      {"mem_mib", VALUE_NUMBER, false}}},
    {"fail",
     {{"func", VALUE_TEXT, true},
      {"code", VALUE_NUMBER, true},
      {"gpu", VALUE_NUMBER, false},
      {"times", VALUE_NUMBER, false}}},
    {"adapter", {{"store", VALUE_PATH, true}, {"wddm", VALUE_NUMBER, false}}},
    {"delay", {{"init_ms", VALUE_NUMBER, false}, {"call_us", VALUE_NUMBER, false}}},
    {"pci",
     {{"bdf", VALUE_BDF, true},
      {"vendor", VALUE_NUMBER, true},
      {"device", VALUE_NUMBER, true},
      {"class", VALUE_NUMBER, true},
      {"subsys_vendor", VALUE_NUMBER, false},
      {"subsys_device", VALUE_NUMBER, false},
      {"driver", VALUE_TEXT, false},
      {"drm", VALUE_TEXT, false}}},
    {"chardev", {{"name", VALUE_TEXT, true}, {"major", VALUE_NUMBER, true}}},
    {"driver",
     {{"groups", VALUE_TEXT, true},
      {"version", VALUE_TEXT, false},
      {"root", VALUE_PATH, false},
      {"libdir", VALUE_PATH, false},
      {"bindir", VALUE_PATH, false},
      {"xorg", VALUE_PATH, false},
      {"firmware", VALUE_PATH, false},
      {"bits", VALUE_BITS, false},
      {"ld_conf", VALUE_SWITCH, false},
      {"nodes", VALUE_SWITCH, false}}},
    {"lib",
     {{"path", VALUE_PATH, true},
      {"soname", VALUE_TEXT, true},
      {"links", VALUE_TEXT, false},
      {"bits", VALUE_BITS, false}}},
    {"filler",
     {{"libs", VALUE_NUMBER, true}, {"cached", VALUE_NUMBER, true}, {"libdir", VALUE_PATH, false}}},
    {"file",
     {{"path", VALUE_PATH, true}, {"content", VALUE_TEXT, false}, {"mode", VALUE_MODE, false}}},
    {"dir", {{"path", VALUE_PATH, true}, {"mode", VALUE_MODE, false}}},
    {"link", {{"path", VALUE_PATH, true}, {"target", VALUE_TEXT, true}}},
    {"socket", {{"path", VALUE_PATH, true}, {"mode", VALUE_MODE, false}}},
    {"node",
     {{"path", VALUE_PATH, true},
      {"type", VALUE_DEVICE_TYPE, false},
      {"major", VALUE_NUMBER, true},
      {"minor", VALUE_NUMBER, true},
      {"count", VALUE_NUMBER, false},
      {"mode", VALUE_MODE, false},
      {"uid", VALUE_NUMBER, false},
      {"gid", VALUE_NUMBER, false}}},
    {"nodes",
     {{"match", VALUE_PATH, true},
      {"major", VALUE_NUMBER, false},
      {"minor", VALUE_NUMBER, false},
      {"mode", VALUE_MODE, false},
      {"uid", VALUE_NUMBER, false},
      {"gid", VALUE_NUMBER, false}}},
    {"missing", {{"path", VALUE_PATH, true}}},
};

const struct keyword *vocabulary_find(const char *name)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strcmp(keywords[i].name, name) == 0)
            return &keywords[i];
    }
    return NULL;
}

const struct key *vocabulary_key(const struct keyword *keyword, const char *name)
{
    for (const struct key *key = keyword->keys; key->name; key++) {
        if (strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static bool is_number(const char *value, int base)
{
    char *end;

    if (!isdigit((unsigned char)*value))
        return false;
    errno = 0;
    return strtoul(value, &end, base) <= UINT_MAX && errno == 0 && *end == '\0';
}

static bool is_text(const char *value)
{
    return *value != '\0';
}

static bool is_decimal_or_hex(const char *value)
{
    return is_number(value, strncmp(value, "0x", 2) == 0 ? 16 : 10);
}

static bool is_mode(const char *value)
{
    return is_number(value, 8) && strtoul(value, NULL, 8) <= 07777;
}

static bool is_path(const char *value)
{
    if (value[0] != '/' || value[1] == '\0')
        return false;
    for (const char *part = value; part; part = strchr(part, '/')) {
        size_t length = strcspn(++part, "/");

        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && strncmp(part, "..", 2) == 0))
            return false;
    }
    return true;
}

static bool is_bdf(const char *value)
{
    static const char *const shapes[] = {"xxxx:xx:xx.x", "xxxxxxxx:xx:xx.x"};

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        const char *v = value, *s = shapes[i];

        while (*v && (*s == 'x' ? isxdigit((unsigned char)*v) != 0 : *s == *v))
            v++, s++;
        if (*v == '\0' && *s == '\0')
            return true;
    }
    return false;
}

static bool is_gpu_bdf(const char *value)
{
    return strcmp(value, "unsupported") == 0 || is_bdf(value);
}

static bool is_switch(const char *value)
{
    return list_has("yes,no", value);
}

static bool is_mig(const char *value)
{
    return list_has("on,off,unsupported", value);
}

static bool is_device_type(const char *value)
{
    return list_has("c,b", value);
}

static bool is_nvml_level(const char *value)
{
    return list_has("390,450,525,580", value);
}

static bool is_bits(const char *value)
{
    return list_has("64,32", value);
}

const char *vocabulary_check(enum value_type type, const char *value)
{
    static const struct {
        bool (*fits)(const char *value);
        const char *expected;
    } types[] = {
        [VALUE_TEXT] = {is_text, "a text that is not empty"},
        [VALUE_NUMBER] = {is_decimal_or_hex, "a number of 32 bits"},
        [VALUE_MODE] = {is_mode, "an octal mode"},
        [VALUE_PATH] = {is_path, "an absolute path without '.' and '..'"},
        [VALUE_BDF] = {is_bdf, "a PCI address such as 0000:01:00.0"},
        [VALUE_GPU_BDF] = {is_gpu_bdf, "a PCI address such as 0000:01:00.0, or unsupported"},
        [VALUE_SWITCH] = {is_switch, "yes or no"},
        [VALUE_MIG] = {is_mig, "on, off or unsupported"},
        [VALUE_DEVICE_TYPE] = {is_device_type, "c or b"},
        [VALUE_NVML_LEVEL] = {is_nvml_level, "390, 450, 525 or 580"},
        [VALUE_BITS] = {is_bits, "64 or 32"},
    };

    return types[type].fits(value) ? NULL : types[type].expected;
}
