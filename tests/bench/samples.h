/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Raw samples of a benchmark program, for report.sh. */
#ifndef OPENBITS_TESTS_BENCH_SAMPLES_H
#define OPENBITS_TESTS_BENCH_SAMPLES_H

/* Adds a line for each value to the file that the environment variable BENCH_SAMPLES names, in the
 * form of samples.sh; nothing without it. BENCH_FIGURE is written before the figure's name,
 * BENCH_VARIANT ("@1000") behind it. */
void bench_samples(const char *name, const double *values, unsigned int count, double scale,
                   const char *unit);

#endif
