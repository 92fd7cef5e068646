using System.Runtime.InteropServices;

namespace Tapline.Lakehouse.Storage;

/// <summary>The calls of POSIX that .NET has no exact form of: its <c>File.Move</c> checks and then renames, which lets
/// two writers win one name.</summary>
static partial class FileSystemCalls
{
    const int OpenReadOnly = 0;
    const int Interrupted = 4;

    static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x100_0000 : 0x8_0000;

    /// <summary>Gives a file a second name; fails with <see cref="FileSystemError.Exists"/> when the name is taken.
    /// https://man7.org/linux/man-pages/man2/link.2.html</summary>
    public static FileSystemError Link(string existing, string added) => Outcome(NativeLink(existing, added));

    /// <summary>Moves a file over whatever has the new name, in one step.
    /// https://man7.org/linux/man-pages/man2/rename.2.html</summary>
    public static FileSystemError Rename(string from, string to) => Outcome(NativeRename(from, to));

    /// <summary>Forces a folder's list of names to the disk.
    /// https://man7.org/linux/man-pages/man2/fsync.2.html</summary>
    public static FileSystemError SyncFolder(string path)
    {
        var descriptor = NativeOpen(path, OpenReadOnly | CloseOnExec);
        if (descriptor < 0)
            return (FileSystemError)Marshal.GetLastPInvokeError();
        var outcome = Outcome(NativeSync(descriptor));
        while (outcome == (FileSystemError)Interrupted)
            outcome = Outcome(NativeSync(descriptor));
        // The descriptor was read-only: a failing close loses nothing.
        _ = NativeClose(descriptor);
        return outcome;
    }

    static FileSystemError Outcome(int result) =>
        result == 0 ? FileSystemError.None : (FileSystemError)Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeLink(string existing, string added);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeRename(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int NativeClose(int descriptor);
}

/// <summary>The <c>errno</c> values that are told apart; Linux and macOS number them alike.</summary>
enum FileSystemError
{
    None = 0,
    NotPermitted = 1,
    NotFound = 2,
    AccessDenied = 13,
    Exists = 17,
    CrossDevice = 18,
    NotAFolder = 20,
    IsAFolder = 21,
    NoSpace = 28,
    ReadOnlyFileSystem = 30,
}
