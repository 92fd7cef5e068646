namespace Tapline.Kafka.Broker.Log;

/// <summary>Small files that are whole or absent, whatever happens while they are written. One writer a path.</summary>
static class AtomicFile
{
    /// <summary>Ends the names of files that were never finished.</summary>
    public const string UnfinishedSuffix = ".tmp";

    /// <summary>Replaces a file's content; it is on disk on return.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var unfinished = path + UnfinishedSuffix;
        using (var file = File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }
        Rename(unfinished, path);
    }

    /// <summary>Gives a finished file its name, in place of the file that bears it.</summary>
    public static void Rename(string from, string to)
    {
        if (File.Exists(to))
            File.Replace(from, to, null); // rename(2)
        else
            File.Move(from, to);
    }
}
