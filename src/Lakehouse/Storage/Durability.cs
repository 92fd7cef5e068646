namespace Tapline.Lakehouse.Storage;

/// <summary>What a finished write survives. The difference is two waits for the disk per object: 1 to 20 ms each on
/// ordinary disks, which counts at a commit a second for sixty tables.</summary>
public enum Durability
{
    /// <summary>Survives the loss of power: the bytes and the name are forced to the disk before the write
    /// returns.</summary>
    Full,
    /// <summary>Survives the end of this process by any cause, also by <c>kill -9</c>, because the operating system
    /// holds the bytes. A loss of power may take the last seconds and leave objects empty: for tests and
    /// demonstrations.</summary>
    ProcessCrash,
}
