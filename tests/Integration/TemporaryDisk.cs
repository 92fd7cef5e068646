using System.Diagnostics;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests;

/// <summary>A disk of a few megabytes in memory, which can become larger while it is used.</summary>
sealed class TemporaryDisk : IDisposable
{
    readonly TemporaryFolder _folder = new("disk");
    bool _mounted;

    TemporaryDisk()
    {
    }

    public string FullPath => _folder.FullPath;

    /// <summary>Mounts a disk; skips the test where that is not allowed.</summary>
    public static TemporaryDisk Mount(string size)
    {
        var disk = new TemporaryDisk();
        disk._mounted = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", disk.FullPath);
        if (!disk._mounted)
            disk.Dispose();
        Assert.SkipUnless(disk._mounted, "only root on Linux can mount a small disk");
        return disk;
    }

    public void Resize(string size) =>
        Assert.True(Run("mount", "-o", $"remount,size={size}", FullPath), "the disk cannot be resized");

    public void Dispose()
    {
        if (_mounted)
            Run("umount", "--lazy", FullPath);
        _folder.Dispose();
    }

    static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
