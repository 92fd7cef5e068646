namespace Tapline.Ingest.Synthetic;

/// <summary>How one device reaches the log. Nothing here waits for the network; messages that are given while there is
/// no connection are kept.</summary>
interface IDeviceLink : IAsyncDisposable
{
    /// <summary>Whether so much waits that the device should pause.</summary>
    bool IsCongested { get; }

    /// <summary>Connects and stays connected; completes when it is for the first time.</summary>
    Task OpenAsync(DeviceMessageBody? will);

    /// <summary>Takes a message. False when it is lost: nobody acknowledges it and there is no connection.</summary>
    bool Send(SyntheticMessage message);

    /// <summary>Breaks the connection off.</summary>
    void Lose();

    /// <summary>Ends the connection with a goodbye.</summary>
    void Leave();
}
