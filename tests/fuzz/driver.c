/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * driver [-runs=N] [-seed=N] FOLDER...: runs a fuzz target where libFuzzer is not at hand. First
 * the seeds themselves, then changed ones, the same in every run. Says which input failed. */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define SEEDS_MAX 512
#define INPUT_MAX 4096

struct input
{
    uint8_t data[INPUT_MAX];
    size_t size;
};

static struct input *seeds;
static size_t seed_count;
static struct input current;
static uint64_t random_state = 1;

static uint32_t random_number(uint32_t limit)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % limit;
}

static void read_seed(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (!file) return;
    seeds[seed_count].size = fread(seeds[seed_count].data, 1, INPUT_MAX, file);
    fclose(file);
    seed_count++;
}

static void read_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[4096];

    if (!dir)
    {
        fprintf(stderr, "There is no folder %s.\n", folder);
        exit(1);
    }
    while ((entry = readdir(dir)) && seed_count < SEEDS_MAX)
    {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        read_seed(path);
    }
    closedir(dir);
}

static int compare_seeds(const void *a, const void *b)
{
    const struct input *first = a, *second = b;

    if (first->size != second->size) return first->size < second->size ? -1 : 1;
    return memcmp(first->data, second->data, first->size);
}

static void insert(size_t at, const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX - current.size) size = INPUT_MAX - current.size;
    memmove(current.data + at + size, current.data + at, current.size - at);
    memcpy(current.data + at, data, size);
    current.size += size;
}

static void erase(size_t at, size_t size)
{
    if (size > current.size - at) size = current.size - at;
    memmove(current.data + at, current.data + at + size, current.size - at - size);
    current.size -= size;
}

/* Bytes that mean something to a parser. */
static const char marks[] = "\r\n\t :;,/=?-*\"\\%@#[].0159\x7f\x80\xff";

static void change_once(void)
{
    const struct input *other = &seeds[random_number((uint32_t)seed_count)];
    size_t at = random_number((uint32_t)current.size + 1), from, size;
    uint8_t byte = (uint8_t)random_number(256);

    switch (random_number(7))
    {
    case 0:
        if (at < current.size) current.data[at] ^= (uint8_t)(1u << random_number(8));
        break;
    case 1:
        if (at < current.size) current.data[at] = byte;
        break;
    case 2:
        byte = (uint8_t)marks[random_number(sizeof(marks))];
        insert(at, &byte, 1);
        break;
    case 3:
        erase(at, 1 + random_number(16));
        break;
    case 4:
        for (size = 1 + random_number(600); size; size--)
            insert(at, &byte, 1);
        break;
    case 5:
        from = random_number((uint32_t)other->size + 1);
        size = random_number((uint32_t)(other->size - from) + 1);
        insert(at, other->data + from, size);
        break;
    default:
        current.size = at;
        break;
    }
}

static void run_current(void)
{
    uint8_t *exact = malloc(current.size ? current.size : 1);

    memcpy(exact, current.data, current.size);
    LLVMFuzzerTestOneInput(exact, current.size);
    free(exact);
}

/* The sanitizers end the program with this signal; their report is already out. */
static void tell_input(int number)
{
    fprintf(stderr, "Failed with an input of %zu bytes:", current.size);
    for (size_t i = 0; i < current.size; i++)
        fprintf(stderr, " %02x", current.data[i]);
    fprintf(stderr, "\n");
    signal(number, SIG_DFL);
    raise(number);
}

int main(int argc, char **argv)
{
    unsigned long runs = 100000;

    if (!(seeds = calloc(SEEDS_MAX, sizeof(*seeds)))) return 1;
    for (int i = 1; i < argc; i++)
    {
        if (!strncmp(argv[i], "-runs=", 6))
            runs = strtoul(argv[i] + 6, NULL, 10);
        else if (!strncmp(argv[i], "-seed=", 6))
            random_state = strtoull(argv[i] + 6, NULL, 10);
        else
            read_folder(argv[i]);
    }
    if (!seed_count)
    {
        fprintf(stderr, "There are no seeds.\n");
        return 1;
    }
    /* The order of a folder is the file system's. */
    qsort(seeds, seed_count, sizeof(*seeds), compare_seeds);

    signal(SIGABRT, tell_input);
    for (size_t i = 0; i < seed_count; i++)
    {
        current = seeds[i];
        run_current();
    }
    for (unsigned long i = 0; i < runs; i++)
    {
        current = seeds[random_number((uint32_t)seed_count)];
        for (uint32_t changes = 1 + random_number(6); changes; changes--)
            change_once();
        run_current();
    }
    printf("%zu seeds and %lu changed ones, nothing found\n", seed_count, runs);
    free(seeds);
    return 0;
}
