// They mostly wait for sockets and timers, so many go beside one another; AllocationTests, which counts what a core does, goes alone.
[assembly: CollectionBehavior(MaxParallelThreads = 8)]
