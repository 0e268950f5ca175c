// Each test starts whole servers, on machines as small as two cores, and xunit's time-outs hold only without parallel tests.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
