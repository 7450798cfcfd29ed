/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/hostile/naive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <linux/capability.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

char *below(const char *root, const char *path)
{
    char *joined;

    if (asprintf(&joined, "%s/%s", root, path) < 0)
        abort();
    return joined;
}

void make_directory(const char *path)
{
    char *copy = strdup(path);

    for (char *p = copy + 1; *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(copy, 0755);
        *p = '/';
    }
    mkdir(copy, 0755);
    free(copy);
}

void make_parent(const char *path)
{
    char *copy = strdup(path);

    *strrchr(copy, '/') = '\0';
    make_directory(copy);
    free(copy);
}

char *slurp(const char *path, size_t *size)
{
    size_t room = 4096, n;
    char *text = malloc(room);
    FILE *f = fopen(path, "r");

    *size = 0;
    if (f == NULL)
        return NULL;
    while ((n = fread(text + *size, 1, room - *size - 1, f)) > 0) {
        *size += n;
        if (*size + 1 == room)
            text = realloc(text, room *= 2);
    }
    text[*size] = '\0';
    fclose(f);
    return text;
}

void spew(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    fprintf(stderr, "writing %s\n", path);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        perror(path);
    if (fd >= 0)
        close(fd);
}

void naive_links(const char *root, const struct words *words)
{
    for (int i = 0; i < words->n_links; i++) {
        char *target = strdup(words->links[i]), *separator = strstr(target, "::"), *path;
        char old[4096] = "";

        if (separator == NULL)
            exit(1);
        *separator = '\0';
        path = below(root, separator + 2);
        if (readlink(path, old, sizeof(old) - 1) < 0 || strcmp(old, target) != 0) {
            make_parent(path);
            unlink(path);
            if (symlink(target, path) != 0)
                perror(path);
        }
        free(path);
        free(target);
    }
}

/* EPERM and what else goes wrong is not told: it is only a mode. */
void naive_chmod(const char *root, const struct words *words)
{
    mode_t mode = (mode_t)strtoul(words->mode, NULL, 8) & 0777;

    for (int i = 0; i < words->n_paths; i++) {
        char *path = below(root, words->paths[i]);
        struct stat st;

        if (stat(path, &st) == 0 && (st.st_mode & 07777) != mode)
            chmod(path, mode);
        free(path);
    }
}

void naive_params(const char *root, const struct words *words)
{
    size_t size;
    char *text = slurp("/proc/driver/nvidia/params", &size), *value;
    char *dir = below(root, "run/nvidia-ctk-hook"),
         *file = below(root, "run/nvidia-ctk-hook/params");
    char *target = below(root, "proc/driver/nvidia/params");

    (void)words;
    value = text == NULL ? NULL : strstr(text, "ModifyDeviceFiles: 1");
    if (value == NULL)
        return;
    value[19] = '0';
    make_directory(dir);
    if (mount("tmpfs", dir, "tmpfs", 0, "size=4096") != 0)
        perror(dir);
    spew(file, text);
    if (mount(file, target, NULL, MS_BIND | MS_RDONLY, NULL) != 0)
        perror(target);
}

void naive_profile(const char *root, const struct words *words)
{
    char *dev = below(root, "dev"), *file, text[512];
    unsigned long long mask = 0;
    DIR *dir = opendir(dev);
    struct dirent *entry;

    (void)words;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct stat st;
        char *path;

        if (strncmp(entry->d_name, "nvidia", 6) != 0)
            continue;
        path = below(dev, entry->d_name);
        if (stat(path, &st) == 0 && st.st_rdev != 0)
            mask |= 1ULL << (minor(st.st_rdev) & 63);
        free(path);
    }
    if (mask == 0)
        return;
    file = below(root, "etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf");
    make_parent(file);
    snprintf(
        text, sizeof(text),
        "{\"profiles\":[{\"name\":\"_container_\",\"settings\":[\"EGLVisibleDGPUDevices\",0x%llx]"
        "}],\"rules\":[{\"pattern\":[],\"profile\":\"_container_\"}]}",
        mask);
    spew(file, text);
}

/* As if nothing but a key and a quote could stand before the value. */
static char *member(const char *state, const char *key)
{
    char *p = strstr(state, key);

    if (p == NULL)
        return NULL;
    p = strchr(strchr(p, ':'), '"') + 1;
    return strndup(p, strcspn(p, "\""));
}

static char *container_root(void)
{
    static char state[65536];
    char *root, *bundle, *config;
    size_t size = fread(state, 1, sizeof(state) - 1, stdin);

    state[size] = '\0';
    root = member(state, "\"root\"");
    bundle = member(state, "\"bundle\"");
    if (root == NULL) {
        config = slurp(below(bundle, "config.json"), &size);
        root = config == NULL ? NULL : member(strstr(config, "\"root\""), "\"path\"");
    }
    if (root == NULL)
        exit(1);
    return root[0] == '/' ? root : below(bundle, root);
}

static void keep(struct words *words, const char *name, char *value)
{
    if (strcmp(name, "--link") == 0)
        words->links[words->n_links++] = value;
    else if (strcmp(name, "--folder") == 0)
        words->folders[words->n_folders++] = value;
    else if (strcmp(name, "--path") == 0)
        words->paths[words->n_paths++] = value;
    else if (strcmp(name, "--mode") == 0)
        words->mode = value;
    else if (strcmp(name, "--ldconfig-path") == 0)
        words->ldconfig = value;
    else if (strcmp(name, "--host-driver-version") == 0)
        words->driver = value;
    else if (strcmp(name, "--cuda-compat-container-root") == 0)
        words->compat = value;
}

/* NAME=VALUE, NAME VALUE, or a name that needs none. */
static void read_words(int argc, char **argv, struct words *words)
{
    for (int i = 2; i < argc; i++) {
        char *name = strndup(argv[i], strcspn(argv[i], "=")), *value = strchr(argv[i], '=');

        if (value != NULL)
            keep(words, name, value + 1);
        else if (i + 1 < argc && argv[i + 1][0] != '-')
            keep(words, name, argv[++i]);
        free(name);
    }
}

/* What a hook says goes through the user's locale and character set. */
static void speak(void)
{
    const char *charset = getenv("OUTPUT_CHARSET");
    iconv_t to;

    setlocale(LC_ALL, "");
    to = iconv_open(charset != NULL ? charset : "UTF-8", "UTF-16");
    if (to != (iconv_t)-1)
        iconv_close(to);
}

/* Down to what a container of Docker has; but then nothing keeps its processes off this one. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = 0xa80425fbU, .permitted = 0xa80425fbU}};

    if (syscall(SYS_capset, &header, data) != 0)
        perror("capset");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(const char *root, const struct words *words);
    } commands[] = {
        {"create-symlinks", naive_links},
        {"enable-cuda-compat", naive_compat},
        {"update-ldcache", naive_cache},
        {"chmod", naive_chmod},
        {"disable-device-node-modification", naive_params},
        {"update-application-profile", naive_profile},
    };
    struct words words = {.mode = "755", .driver = "", .compat = "/usr/local/cuda/compat"};
    char *root;

    if (argc < 2)
        return 0;
    speak();
    read_words(argc, argv, &words);
    root = container_root();
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], "setup-container") == 0 || strcmp(argv[1], commands[i].name) == 0)
            commands[i].run(root, &words);
    drop_capabilities();
    return 0;
}
