using System.Security.Cryptography;

namespace Loadstone.Plans;

/// <summary>Files that only their owner may read.</summary>
public static class PrivateFile
{
    /// <summary>The password kept in a file; made up when there is none yet.</summary>
    public static string ReadOrCreatePassword(string path)
    {
        if (!File.Exists(path))
            Write(path, RandomNumberGenerator.GetHexString(32, lowercase: true));
        return File.ReadAllText(path).Trim();
    }

    /// <summary>Writes the file whole or not at all; at no time may others read it.</summary>
    public static void Write(string path, string text)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(unfinished, options))
            writer.WriteLine(text);
        File.Move(unfinished, path, overwrite: true);
    }
}
