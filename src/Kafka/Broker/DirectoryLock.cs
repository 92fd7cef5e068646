using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Kafka.Broker;

/// <summary>Keeps a second broker, of this process or another, out of a data folder.</summary>
sealed class DirectoryLock : IDisposable
{
    const string LockName = "broker.lock";
    const string OwnerName = "broker.pid";

    readonly FileStream _lock;

    DirectoryLock(FileStream taken) => _lock = taken;

    /// <summary>Takes the folder, making it if need be. Throws when somebody has it, and names him.</summary>
    public static DirectoryLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        var owner = Path.Combine(folder, OwnerName);
        try
        {
            var taken = new DirectoryLock(new FileStream(
                Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return taken;
        }
        catch (IOException cause) when (File.Exists(owner))
        {
            throw new TaplineException($"the broker's folder {folder} is in use by process {File.ReadAllText(owner)}",
                "stop that process, or give this broker a folder of its own", cause);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
