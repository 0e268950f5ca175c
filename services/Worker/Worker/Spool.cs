using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Worker;

/// <summary>
/// What was measured and is not yet with the broker, a file each, in order. A window is in its file before anything else
/// happens with it, and the file goes only when the broker has confirmed; so nothing is lost while the broker is away or when
/// this process dies. Bounded: when it is full, new windows are dropped, and the sealing names them as a gap.
/// </summary>
public sealed class Spool : IDisposable
{
    private const long UsualMegabytes = 512;

    private static readonly JsonSerializerOptions Json = WireJson.ConfigureTransport(new JsonSerializerOptions());
    private static readonly Dictionary<string, Type> Types = new()
    {
        ["window"] = typeof(MetricWindowRecorded),
        ["finished"] = typeof(ShardFinished),
    };

    private readonly Channel<(string Path, object Message)> _waiting = Channel.CreateUnbounded<(string, object)>();
    private readonly ILogger<Spool> _log;
    private readonly string _folder;
    private readonly long _mostBytes;
    private readonly FileStream _lock;
    private readonly Lock _writing = new();
    private long _number;
    private long _bytes;

    public Spool(WorkerIdentity identity, IConfiguration settings, ILogger<Spool> log)
    {
        _log = log;
        _mostBytes = settings.GetValue("LOADSTONE_SPOOL_MB", UsualMegabytes) * 1024 * 1024;
        _folder = Directory.CreateDirectory(Path.Combine(identity.DataFolder, "spool", identity.Name)).FullName;
        // Two workers of one name on one machine must not publish each other's files.
        _lock = new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        foreach (var path in Directory.GetFiles(_folder, "*.json").Order(StringComparer.Ordinal))
            TakeOver(path);
    }

    /// <summary>Messages that the broker has not confirmed.</summary>
    public int Count => _waiting.Reader.Count;

    /// <summary>Their size on disk, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Puts a message in the spool. Takes as long as writing a file; never waits for the broker.</summary>
    public void Add(object message)
    {
        var type = Types.First(t => t.Value == message.GetType()).Key;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Json);
        lock (_writing)
        {
            if (_bytes + bytes.Length > _mostBytes)
            {
                _log.LogError("The spool is full: a {Type} is dropped", type);
                return;
            }

            var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{++_number:D12}.{type}.json"));
            File.WriteAllBytes(path + ".part", bytes);
            File.Move(path + ".part", path);
            _bytes += bytes.Length;
            _waiting.Writer.TryWrite((path, message));
        }
    }

    /// <summary>The messages in order, as they come.</summary>
    public IAsyncEnumerable<(string Path, object Message)> ReadAllAsync(CancellationToken cancellation) => _waiting.Reader.ReadAllAsync(cancellation);

    /// <summary>The broker has it.</summary>
    public void Remove(string path)
    {
        var length = new FileInfo(path).Length;
        File.Delete(path);
        lock (_writing)
            _bytes -= length;
    }

    public void Dispose() => _lock.Dispose();

    // What an earlier process of this name left behind.
    private void TakeOver(string path)
    {
        var parts = Path.GetFileName(path).Split('.');
        _number = Math.Max(_number, long.Parse(parts[0], CultureInfo.InvariantCulture));
        var bytes = File.ReadAllBytes(path);
        _bytes += bytes.Length;
        _waiting.Writer.TryWrite((path, JsonSerializer.Deserialize(bytes, Types[parts[1]], Json)!));
    }
}
