using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Loadstone.Measurement;

namespace Loadstone.Benchmarks;

/// <summary>T5: recording one latency, beside the simplest thing that could be done with it: keeping it in a list, as k6 does.</summary>
[MemoryDiagnoser, InProcess]
public class HistogramBenchmark
{
    private readonly long[] _latenciesNs = [.. Enumerable.Range(0, 4096).Select(i => (long)(200_000 * Math.Exp(Math.Sin(i) * 3)))];
    private readonly Histogram _histogram = new();
    private readonly List<double> _values = new(1 << 24);
    private int _next;

    public static int Run()
    {
        BenchmarkRunner.Run<HistogramBenchmark>();
        return 0;
    }

    [Benchmark(Baseline = true)]
    public void List_add()
    {
        if (_values.Count == _values.Capacity)
            _values.Clear();
        _values.Add(_latenciesNs[_next++ & 4095]);
    }

    [Benchmark]
    public void Histogram_record() => _histogram.Record(_latenciesNs[_next++ & 4095]);
}
