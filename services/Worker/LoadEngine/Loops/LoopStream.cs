namespace Loadstone.LoadEngine.Loops;

/// <summary>A socket's failure where a stream has to throw it.</summary>
/// <param name="error">−errno.</param>
internal sealed class BrokenSocketException(int error) : IOException
{
    public int Error => error;
}

/// <summary>A loop's socket as a stream, for TLS. Reads and writes end on the loop's thread.</summary>
internal sealed class LoopStream(LoopSocket socket) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await socket.Readable();
            if (buffer.IsEmpty)
                return 0;
            var received = socket.TryReceive(buffer.Span);
            if (received >= 0)
                return received;
            if (received != -Kernel.TryAgain)
                throw new BrokenSocketException(received);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var error = await socket.SendAsync(buffer);
        if (error < 0)
            throw new BrokenSocketException(error);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
