namespace Tapline.TestKit.Storage;

/// <summary>A folder with a name of its own that is deleted with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Creates it under the system's folder for temporary files.</summary>
    public TemporaryFolder(string purpose)
    {
        FullPath = Path.Combine(Path.GetTempPath(), $"tapline-{purpose}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(FullPath);
    }

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    public void Dispose()
    {
        if (Directory.Exists(FullPath))
            Directory.Delete(FullPath, recursive: true);
    }
}
