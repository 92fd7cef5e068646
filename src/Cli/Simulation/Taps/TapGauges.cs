using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>What a tap measures: the temperature of its line and what is left in its keg.</summary>
sealed class TapGauges(Dice dice, Dice kegs)
{
    const double MeanMilliCelsius = 3500;
    const double Persistence = 0.99;
    const double NoiseMilliCelsius = 99;
    const int HotMilliCelsius = 6000;
    const int CoolMilliCelsius = 5500;
    const int CriticalMilliCelsius = 8000;
    const int KegMl = 50_000;
    const int LowMl = 1500;

    long _measured;
    long _kegCount;
    double _temperature = MeanMilliCelsius;
    bool _isHot;
    bool _isLow;

    /// <summary>What is left, ml.</summary>
    public int KegLeftMl { get; private set; } = 5000 + kegs.Between(0, 0, KegMl - 5000);

    /// <summary>Thousandths of a degree.</summary>
    public int TemperatureMilliCelsius => (int)_temperature;

    /// <summary>Pressure, kPa.</summary>
    public int PressureKpa => 180 + (int)(_measured % 7);

    /// <summary>A minute passes; an alert when a threshold is crossed.</summary>
    public TapAlert? Measure()
    {
        var noise = NoiseMilliCelsius * dice.Normal(_measured++);
        _temperature = MeanMilliCelsius + Persistence * (_temperature - MeanMilliCelsius) + noise;
        if (!_isHot && _temperature > HotMilliCelsius)
        {
            _isHot = true;
            var severity = _temperature > CriticalMilliCelsius ? "critical" : "warning";
            return new TapAlert("temp_high", severity, TemperatureMilliCelsius, HotMilliCelsius, IsCleared: false);
        }
        if (_isHot && _temperature < CoolMilliCelsius)
        {
            _isHot = false;
            return new TapAlert("temp_high", "info", TemperatureMilliCelsius, HotMilliCelsius, IsCleared: true);
        }
        return null;
    }

    /// <summary>Beer runs. A keg is changed at some time before it is empty; an alert when that was late, and when it
    /// is done then.</summary>
    public TapAlert? Run(int ml)
    {
        KegLeftMl = Math.Max(0, KegLeftMl - ml);
        if (KegLeftMl <= kegs.Between(1 + _kegCount, 600, 8000))
        {
            KegLeftMl = KegMl;
            _kegCount++;
            return _isLow && !(_isLow = false)
                ? new TapAlert("keg_low", "info", KegLeftMl, LowMl, IsCleared: true)
                : null;
        }
        if (_isLow || KegLeftMl >= LowMl)
            return null;
        _isLow = true;
        return new TapAlert("keg_low", "warning", KegLeftMl, LowMl, IsCleared: false);
    }
}

/// <summary>A threshold that was crossed.</summary>
readonly record struct TapAlert(string Code, string Severity, int Value, int Threshold, bool IsCleared);
