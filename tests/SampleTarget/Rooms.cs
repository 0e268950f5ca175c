using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace Loadstone.SampleTarget;

/// <summary>Who is in which chat room. A room is there while somebody is in it.</summary>
internal sealed class Rooms
{
    private readonly Lock _moving = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<ChatMember, bool>> _rooms = new(StringComparer.Ordinal);

    public void Enter(string room, ChatMember member)
    {
        lock (_moving) _rooms.GetOrAdd(room, static _ => new())[member] = true;
    }

    public void Exit(string room, ChatMember member)
    {
        lock (_moving)
        {
            if (!_rooms.TryGetValue(room, out var members)) return;
            members.TryRemove(member, out _);
            if (members.IsEmpty) _rooms.TryRemove(room, out _);
        }
    }

    public async ValueTask TellOthersAsync(string room, ChatMember speaker, ReadOnlyMemory<byte> message, CancellationToken aborted)
    {
        if (!_rooms.TryGetValue(room, out var members)) return;
        foreach (var (member, _) in members)
            if (member != speaker) await TellAsync(member, message, aborted);
    }

    private static async ValueTask TellAsync(ChatMember member, ReadOnlyMemory<byte> message, CancellationToken aborted)
    {
        try
        {
            await member.SendAsync(message, aborted);
        }
        catch (Exception failure) when (failure is WebSocketException or ObjectDisposedException or IOException)
        {
            // It is leaving; its own loop takes it out of the room.
        }
    }
}
