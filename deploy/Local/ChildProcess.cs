using System.Diagnostics;

namespace Loadstone.Local;

/// <summary>A program that we start, watch and end, and that never outlives us (see <see cref="ChildCommand"/>).</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int TailLines = 30;
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(30);

    private readonly ChildCommand _command;
    private readonly Process _process;

    // Written by the pump, read by whoever reports a failure; the queue is its own lock.
    private readonly Queue<string> _tail = new(TailLines);

    private ChildProcess(ChildCommand command, Process process)
    {
        _command = command;
        _process = process;
        Id = process.Id;
        process.StandardInput.Close();
        Exited = WatchAsync();
    }

    public int Id { get; }

    /// <summary>Ends with the exit code (128 + n after signal n) when the program, and its whole group, is gone.</summary>
    public Task<int> Exited { get; }

    /// <summary>The last lines it wrote.</summary>
    public string LogTail
    {
        get
        {
            lock (_tail)
                return string.Join('\n', _tail);
        }
    }

    private string Name => Path.GetFileName(_command.Program);

    public static ChildProcess Start(ChildCommand command) =>
        new(command, ForkingThread.Run(() => Process.Start(command.ToStartInfo()))!);

    /// <summary>Runs a command to its end and returns what it wrote.</summary>
    /// <exception cref="LocalServerException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(ChildCommand command, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var child = Start(command);
        return await child.ExitedWithinAsync(timeout, cancellation) == 0 ? child.LogTail : throw await child.EndedAsync();
    }

    /// <summary>Runs a command to its end and returns whether it ended with 0.</summary>
    public static async Task<bool> SucceedsAsync(ChildCommand command, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var child = Start(command);
        return await child.ExitedWithinAsync(timeout, cancellation) == 0;
    }

    /// <summary>Its exit code.</summary>
    /// <exception cref="LocalServerException">It has not ended in time; it goes on.</exception>
    public async Task<int> ExitedWithinAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return await Exited.WaitAsync(timeout, cancellation);
        }
        catch (TimeoutException)
        {
            throw new LocalServerException($"{Name} has not ended within {timeout.TotalSeconds:0} s:\n{LogTail}");
        }
    }

    /// <summary>Tries <paramref name="probe"/> until it no longer throws a <typeparamref name="TNotYet"/>.</summary>
    /// <exception cref="LocalServerException">The program ended, or was not ready in time; with its last lines.</exception>
    public async Task UntilReadyAsync<TNotYet>(
        Func<CancellationToken, Task> probe, TimeSpan timeout, CancellationToken cancellation)
        where TNotYet : Exception
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(timeout);
        var ready = ProbeAsync<TNotYet>(probe, limited.Token);
        if (await Task.WhenAny(ready, Exited) == Exited)
        {
            // A probe may be waiting for a stranger who has the port and says nothing.
            await limited.CancelAsync();
            throw await EndedAsync();
        }

        try
        {
            await ready;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LocalServerException($"{Name} was not ready within {timeout.TotalSeconds:0} s:\n{LogTail}");
        }
    }

    /// <summary>Asks it to end, kills it when it has not ended in time.</summary>
    public async Task StopAsync()
    {
        if (!Exited.IsCompleted)
            Signals.Send(Id, _command.StopSignal);
        if (await Task.WhenAny(Exited, Task.Delay(_command.StopTimeout)) != Exited)
            await KillAsync();
    }

    /// <summary>Ends it at once, with its whole group.</summary>
    public async Task KillAsync()
    {
        if (!Exited.IsCompleted)
        {
            Signals.Send(Id, Signal.Kill);
            Signals.Send(-Id, Signal.Kill);
        }

        await Exited.WaitAsync(KillTimeout);
    }

    /// <summary>Sends a signal to it and to everything it started, whatever group that is in.</summary>
    internal void SignalAll(Signal signal)
    {
        if (Exited.IsCompleted)
            return;
        foreach (var id in ProcessTree.DescendantsOf(Id))
            Signals.Send(id, signal);
        Signals.Send(Id, signal);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static async Task ProbeAsync<TNotYet>(Func<CancellationToken, Task> probe, CancellationToken cancellation)
        where TNotYet : Exception
    {
        while (true)
        {
            try
            {
                await probe(cancellation);
                return;
            }
            catch (TNotYet)
            {
                await Task.Delay(ProbeInterval, cancellation);
            }
        }
    }

    private async Task<LocalServerException> EndedAsync() => new($"{Name} ended with code {await Exited}:\n{LogTail}");

    private async Task<int> WatchAsync()
    {
        var pump = PumpAsync();
        await _process.WaitForExitAsync();

        // What it left in its group goes now, while the group's number cannot yet belong to anyone else.
        Signals.Send(-Id, Signal.Kill);
        await Task.WhenAny(pump, Task.Delay(DrainTimeout));
        return _process.ExitCode;
    }

    private async Task PumpAsync()
    {
        await using var log = _command.LogFile is null ? null : new LogFile(_command.LogFile);
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (log is not null)
                await log.WriteLineAsync(line);
            Remember(line);
            _command.OnLine?.Invoke(line);
        }
    }

    private void Remember(string line)
    {
        lock (_tail)
        {
            if (_tail.Count == TailLines)
                _tail.Dequeue();
            _tail.Enqueue(line);
        }
    }
}
