namespace Loadstone.Local;

/// <summary>A log that is appended to; when it is full it becomes `.old`, and the older one goes.</summary>
internal sealed class LogFile(string path) : IAsyncDisposable
{
    private const long MaxBytes = 8 << 20;

    private StreamWriter _writer = Open(path);

    public async Task WriteLineAsync(string line)
    {
        try
        {
            await _writer.WriteLineAsync(line);
            if (_writer.BaseStream.Position > MaxBytes)
                await RollAsync();
        }
        catch (IOException)
        {
            // The disk is full. A lost line is better than a program that stands still because nobody reads what it writes.
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    private async Task RollAsync()
    {
        await _writer.DisposeAsync();
        File.Move(path, path + ".old", overwrite: true);
        _writer = Open(path);
    }
}
