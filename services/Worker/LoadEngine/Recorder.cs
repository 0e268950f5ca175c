using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>How a request ended.</summary>
internal enum Outcome
{
    Ok,
    Failed,
    TimedOut,
    Aborted,
}

/// <summary>
/// Where virtual users record. It is cut into stripes, one for each core, so that users on different cores seldom meet; a
/// user always records in its own. Each stripe has two sets of counters: users write the active one under the stripe's lock,
/// and once a second <see cref="Cut"/> swaps all stripes at one instant, so that no request is ever in two seconds, or its
/// outcome in an earlier second than its send.
/// </summary>
internal sealed class Recorder
{
    private readonly OperationWindow[] _blanks;
    private readonly Stripe[] _stripes;

    /// <param name="operations">Empty windows, one for each operation; requests name them by their index.</param>
    public Recorder(IEnumerable<OperationWindow> operations)
    {
        _blanks = [.. operations];
        _stripes = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 16)).Select(_ => new Stripe(_blanks))];
    }

    /// <summary>A blank window of each operation, at its index.</summary>
    public IReadOnlyList<OperationWindow> Operations => _blanks;

    /// <summary>The stripe of one user.</summary>
    public Stripe StripeOf(int user) => _stripes[user % _stripes.Length];

    /// <summary>Ends a second: everything recorded so far belongs to it, everything from now on to the next. Called by the pacer only.</summary>
    /// <returns>What the stripes recorded, to be given back by <see cref="Merge"/>.</returns>
    public Counters[] Cut()
    {
        var cut = new Counters[_stripes.Length];
        foreach (var stripe in _stripes)
            stripe.Enter();
        for (var i = 0; i < cut.Length; i++)
            cut[i] = _stripes[i].Swap();
        foreach (var stripe in _stripes)
            stripe.Exit();
        return cut;
    }

    /// <summary>Adds what the stripes recorded to a window, clears it, and gives it back to the stripes. Called by the reporter only.</summary>
    public void Merge(Counters[] cut, MetricWindow window)
    {
        for (var i = 0; i < cut.Length; i++)
        {
            cut[i].AddTo(window, _blanks);
            cut[i].Clear();
            _stripes[i].GiveBack(cut[i]);
        }
    }

    /// <summary>One second's counters of one stripe.</summary>
    internal sealed class Counters(int operations)
    {
        public readonly OperationWindow?[] Operations = new OperationWindow?[operations];
        public readonly Histogram Lag = new();
        public IterationCounts Iterations;

        public void AddTo(MetricWindow window, OperationWindow[] blanks)
        {
            window.Iterations += Iterations;
            window.Lag.Add(Lag);
            for (var i = 0; i < blanks.Length; i++)
            {
                if (Operations[i] is { } recorded)
                    window.For(blanks[i]).Add(recorded);
            }
        }

        public void Clear()
        {
            Iterations = default;
            Lag.Clear();
            foreach (var operation in Operations)
                operation?.Clear();
        }
    }

    internal sealed class Stripe(OperationWindow[] blanks)
    {
        // Written under the lock, which is held for some ten nanoseconds at a time.
        private Counters _active = new(blanks.Length);
        private SpinLock _lock = new(enableThreadOwnerTracking: false);

        // Handed from the reporter to the pacer.
        private Counters? _spare = new(blanks.Length);

        /// <summary>Books a send. Lag is what the generator itself was late by.</summary>
        public void Sent(int operation, long bytes, long lagNs)
        {
            Enter();
            var window = Of(operation);
            window.Sent++;
            window.BytesSent += bytes;
            _active.Lag.Record(lagNs);
            Exit();
        }

        public void Ended(int operation, in RequestResult result)
        {
            Enter();
            Book(Of(operation), result);
            Exit();
        }

        public void Iteration(in IterationCounts counts)
        {
            Enter();
            _active.Iterations += counts;
            Exit();
        }

        public void Enter()
        {
            var taken = false;
            _lock.Enter(ref taken);
        }

        public void Exit() => _lock.Exit(useMemoryBarrier: false);

        /// <summary>Under the lock.</summary>
        public Counters Swap()
        {
            var cut = _active;
            // The reporter has had a second to give the other set back. If it has not, we go on with a new one.
            _active = Interlocked.Exchange(ref _spare, null) ?? new Counters(blanks.Length);
            return cut;
        }

        public void GiveBack(Counters cleared) => Volatile.Write(ref _spare, cleared);

        private OperationWindow Of(int operation) => _active.Operations[operation] ??= blanks[operation].Empty();

        private static void Book(OperationWindow window, in RequestResult result)
        {
            window.BytesReceived += result.BytesReceived;
            window.ChecksPassed += result.ChecksPassed;
            window.ChecksFailed += result.ChecksFailed;
            if (result.Status > 0)
                window.CountStatus(result.Status);
            if (result.Error is not null)
                window.CountError(result.Error);
            BookOutcome(window, result);
        }

        private static void BookOutcome(OperationWindow window, in RequestResult result)
        {
            switch (result.Outcome)
            {
                case Outcome.Ok:
                    window.Ok++;
                    break;
                case Outcome.Failed:
                    window.Failed++;
                    break;
                case Outcome.TimedOut:
                    window.TimedOut++;
                    break;
                default:
                    window.Aborted++;
                    return;
            }

            window.Response.Record(result.ResponseNs);
            window.Service.Record(result.ServiceNs);
        }
    }
}

/// <summary>One request, as it is booked when it ends.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The answer's status; 0 without an answer.</param>
/// <param name="Error">The name of the error; null when all was well.</param>
/// <param name="ResponseNs">From the due time to the end.</param>
/// <param name="ServiceNs">From the send to the end.</param>
/// <param name="BytesReceived">Bytes of the answer.</param>
/// <param name="ChecksPassed">Checks that held.</param>
/// <param name="ChecksFailed">Checks that did not.</param>
internal readonly record struct RequestResult(
    Outcome Outcome, int Status, string? Error, long ResponseNs, long ServiceNs, long BytesReceived, int ChecksPassed, int ChecksFailed);
