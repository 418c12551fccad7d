// SPDX-License-Identifier: MPL-2.0
//
// Wrong on purpose: two threads add to a counter without a lock, with some work between the load
// and the store. Round robin in slices of 8 ms never interrupts them there; some schedules do.

#include <pthread.h>
#include <stdio.h>

static volatile long counter;

static void *add(void *unused)
{
	for (int i = 0; i < 4; i++) {
		long seen = counter;
		for (volatile int work = 0; work < 2000; work++)
			;
		counter = seen + 1;
	}
	return unused;
}

int main(void)
{
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, add, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("counter %ld\n", counter);
	return counter != 8;
}
